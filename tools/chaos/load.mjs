// @ts-check
/**
 * The load client, in a process of its own: `load.mjs <file>` with a {@link LoadPlan}. It asks until SIGTERM, then lets what runs come to
 * its end, and exits.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, newAgent } from './ask.mjs';
import { ClientLog } from './client-log.mjs';
import { Random } from './random.mjs';

/**
 * @typedef {{ seed: number, urls: string[], models: import('./world.mjs').Model[], keys: import('./world.mjs').Key[], logFile: string,
 *   clients: Record<'quick' | 'long' | 'faulty' | 'leaving', number> }} LoadPlan `clients` of each kind at each gateway
 */

const TIMEOUT_MS = 90_000;
const OUTPUT_LIMITS = [200, 200, 900];
const PAUSE_MS = /** @type {const} */ ({ quick: [20, 160], long: [100, 1_500], faulty: [50, 400], leaving: [30, 300] });
/** After an answer that never came a client waits longer. */
const SILENCE_PAUSE_MS = 400;
const LEAVES_AFTER_MS = [1, 12, 40, 150, 600];
const LEAVES_AFTER_BYTES = [1, 400, 2_000, 6_000];

/** @type {LoadPlan} */
const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const log = new ClientLog(plan.logFile, 'load');
const over = new AbortController();
process.on('SIGTERM', () => over.abort());

/** One client of one gateway: one request after the other. @param {keyof LoadPlan['clients']} kind @param {number} slot @param {Random} random */
async function runClient(kind, slot, random) {
  const agent = newAgent();
  const models = plan.models.filter(({ role }) => (kind === 'leaving' ? role !== 'faulty' : role === kind));
  const [pauseMin, pauseMax] = PAUSE_MS[kind];
  await sleep(random.integer(0, pauseMax));
  while (!over.signal.aborted) {
    const model = random.pickWeighted(models);
    const end = await askOnce({ kind, slot, random, agent, model, key: random.pickWeighted(plan.keys) });
    await sleep(random.integer(pauseMin, pauseMax) + (end === 'silent' ? SILENCE_PAUSE_MS : 0));
  }
  agent.destroy();
}

/**
 * @param {{ kind: string, slot: number, random: Random, agent: import('node:http').Agent, model: import('./world.mjs').Model,
 *   key: import('./world.mjs').Key }} wanted
 */
async function askOnce({ kind, slot, random, agent, model, key }) {
  const isStream = model.role === 'long' || random.next() < 0.5;
  const facts = { keyId: key.id, accountId: key.accountId, model: model.name, slot, isStream };
  const mark = log.noteSent(facts);
  const content = `Say this back to me and nothing else: ${mark} of ${key.name}`;
  const body = {
    model: model.name,
    user: mark,
    messages: [{ role: 'user', content }],
    max_tokens: random.pick(OUTPUT_LIMITS),
    ...(isStream && { stream: true, ...(random.next() < 0.5 && { stream_options: { include_usage: true } }) }),
  };
  const leaves = kind !== 'leaving' ? {} : leaving(random);
  const url = plan.urls[slot] ?? '';
  const { content: said, ...ending } = await ask({
    url,
    agent,
    secret: key.secret,
    body,
    timeoutMs: TIMEOUT_MS,
    ...leaves,
  });
  const isForeign = model.name === 'chaos-echo' && ending.end === 'complete' && said !== content;
  log.noteEnded({ mark, ...ending, isForeign });
  return ending.end;
}

/** @param {Random} random */
function leaving(random) {
  return random.next() < 0.5
    ? { leaveAfterMs: random.pick(LEAVES_AFTER_MS) }
    : { leaveAfterBytes: random.pick(LEAVES_AFTER_BYTES) };
}

const clients = plan.urls.flatMap((_, slot) =>
  /** @type {(keyof LoadPlan['clients'])[]} */ (Object.keys(plan.clients)).flatMap((kind) =>
    Array.from({ length: plan.clients[kind] }, (_, index) =>
      runClient(kind, slot, new Random(plan.seed + slot * 1_009 + index * 31 + kind.length)),
    ),
  ),
);
await Promise.all(clients);
