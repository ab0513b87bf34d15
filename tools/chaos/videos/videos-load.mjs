// @ts-check
/**
 * Clients of videos, in a process of its own: `videos-load.mjs <file>` with a {@link VideosPlan}. They submit until SIGTERM, repeat what
 * got no answer, ask until each video of theirs is over, and download it. The process ends when they have seen the end of every video.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../random.mjs';

/**
 * @typedef {{ seed: number, urls: string[], keys: import('./videos-world.mjs').VideoKey[], model: string, logFile: string, clients: number }} VideosPlan
 * `clients` at each gateway.
 *
 * How a submission is repeated that got no answer: under an Idempotency-Key, as OpenAI's library does without one, or not at all.
 * @typedef {'keyed' | 'library' | 'plain'} Repeating
 * @typedef {{ mark: string, how: Repeating, key: import('./videos-world.mjs').VideoKey, prompt: string, seconds: string, isForm: boolean }} Wish
 */

const PLANS = [
  { name: 'completes', weight: 12 },
  { name: 'slow', weight: 3 },
  { name: 'odd', weight: 2 },
  { name: 'fails', weight: 3 },
  { name: 'refused', weight: 1 },
  { name: 'busy', weight: 1 },
  { name: 'cut', weight: 1 },
];
const REPEATINGS = /** @type {const} */ ([
  { name: 'keyed', weight: 5 },
  { name: 'library', weight: 2 },
  { name: 'plain', weight: 2 },
]);
const SECONDS = ['4', '8', '12'];
const TRIES_MAX = 5;
const AGAIN_MS = 400;
const PAUSE_MS = /** @type {const} */ ([150, 1_400]);
const LOOK_MS = 350;
const TIMEOUT_MS = 60_000;
/** Of so many keyed submissions one is sent twice at the same time, to two gateways. */
const TWIN_IN = 6;

/** @type {VideosPlan} */
const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const over = new AbortController();
process.on('SIGTERM', () => over.abort());
/** @type {Promise<void>[]} */
const watches = [];
let count = 0;

/** @param {Record<string, unknown>} line */
const note = (line) => appendFileSync(plan.logFile, `${JSON.stringify({ atMs: Date.now(), ...line })}\n`);

/** One client: one submission after the other; its videos are watched beside that. @param {number} slot @param {Random} random */
async function runClient(slot, random) {
  await sleep(random.integer(0, PAUSE_MS[1]));
  while (!over.signal.aborted) {
    const wish = newWish(random);
    const { mark, how, key, prompt, seconds } = wish;
    note({ kind: 'wish', mark, how, keyId: key.id, accountId: key.accountId, plan: prompt.split(' ')[1], seconds });
    const isTwin = how === 'keyed' && random.integer(1, TWIN_IN) === 1;
    const ids = await Promise.all([submit(wish, slot), ...(isTwin ? [submit(wish, slot + 1)] : [])]);
    const id = ids.find((known) => known !== undefined);
    if (id !== undefined) watches.push(watch(wish, id, slot));
    await sleep(random.integer(...PAUSE_MS));
  }
}

/** @param {Random} random @returns {Wish} */
function newWish(random) {
  const mark = `video-${(count += 1)}`;
  return {
    ...{ mark, how: random.pickWeighted(REPEATINGS).name, key: random.pickWeighted(plan.keys) },
    ...{
      prompt: `${mark} ${random.pickWeighted(PLANS).name}`,
      seconds: random.pick(SECONDS),
      isForm: random.next() < 0.5,
    },
  };
}

/** Sends a submission and, as far as that is allowed, sends it again until it is answered; answers the id of its video. @param {Wish} wish @param {number} slot @returns {Promise<string | undefined>} */
async function submit(wish, slot) {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const answer = await post(wish, slot + tries, tries);
    const { id, status, mayRepeat } = answer;
    note({ kind: 'answer', mark: wish.mark, slot: (slot + tries) % plan.urls.length, tries, ...answer });
    if (id !== null) return id;
    const isLost = status === 0;
    if (!(isLost || mayRepeat) || wish.how === 'plain') return undefined;
    await sleep(AGAIN_MS);
  }
  return undefined;
}

/** @param {Wish} wish @param {number} slot @param {number} tries */
async function post({ mark, how, key, prompt, seconds, isForm }, slot, tries) {
  const sentAtMs = Date.now();
  const fields = { model: plan.model, prompt, seconds };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const headers = {
    authorization: `Bearer ${key.secret}`,
    ...(!isForm && { 'content-type': 'application/json' }),
    ...(how === 'keyed' && { 'idempotency-key': mark }),
    ...(how === 'library' && { 'x-stainless-retry-count': String(tries) }),
  };
  const { status, text, mayRepeat } = await ask(slot, '/v1/videos', {
    method: 'POST',
    headers,
    body: isForm ? form : JSON.stringify(fields),
  });
  const body = parse(text);
  const id = status === 200 && typeof body?.id === 'string' ? body.id : null;
  return { id, status, code: body?.error?.code ?? null, mayRepeat, sentAtMs };
}

/** Asks after a video until it is over, and then for what it shows. @param {Wish} wish @param {string} id @param {number} slot */
async function watch({ mark, key }, id, slot) {
  const headers = { authorization: `Bearer ${key.secret}` };
  let seen = '';
  for (let looks = 0; ; looks += 1) {
    await sleep(LOOK_MS);
    const { status, text } = await ask(slot + looks, `/v1/videos/${id}`, { headers });
    // Where no database answers there is no answer; that it is not known, or not ours, is one.
    if (status !== 200 && status !== 400) continue;
    const body = parse(text);
    const state = status === 200 ? `${body?.status} ${body?.progress}` : String(body?.error?.code);
    if (state !== seen)
      note({
        kind: 'seen',
        mark,
        id,
        status: body?.status ?? null,
        progress: body?.progress ?? null,
        code: body?.error?.code ?? null,
      });
    seen = state;
    if (body?.status === 'completed') return download(mark, id, headers, slot);
    if (body?.status === 'failed' || status !== 200) return;
  }
}

/** @param {string} mark @param {string} id @param {Record<string, string>} headers @param {number} slot */
async function download(mark, id, headers, slot) {
  for (let tries = 0; ; tries += 1) {
    const { status, text, mayRepeat } = await ask(slot + tries, `/v1/videos/${id}/content`, { headers });
    const isOwn = text.split('\n').every((line) => line === mark || line === '');
    if (status === 200) return note({ kind: 'downloaded', mark, id, isOwn, bytes: text.length });
    if (status !== 0 && !mayRepeat) return note({ kind: 'downloaded', mark, id, isOwn: true, bytes: 0 });
    await sleep(AGAIN_MS);
  }
}

/** Status 0 where there was no answer, or not all of it. @param {number} slot @param {string} path @param {RequestInit} init */
async function ask(slot, path, init) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${plan.urls[slot % plan.urls.length]}${path}`, { ...init, signal });
    const text = await response.text();
    return { status: response.status, text, mayRepeat: response.headers.get('x-should-retry') === 'true' };
  } catch {
    return { status: 0, text: '', mayRepeat: false };
  }
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const clients = plan.urls.flatMap((_, slot) =>
  Array.from({ length: plan.clients }, (_, index) =>
    runClient(slot, new Random(plan.seed + slot * 2_003 + index * 41 + 7)),
  ),
);
await Promise.all(clients);
await Promise.all(watches);
