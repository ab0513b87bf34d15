// @ts-check
/** A crowd, in a process of its own: `crowd.mjs <file>` with a {@link CrowdPlan}. Everybody asks at once; it exits when all were answered. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, newAgent } from './ask.mjs';
import { ClientLog } from './client-log.mjs';

/**
 * @typedef {{ name: string, urls: string[], shares: number[], asked: number, key: import('./world.mjs').Key, model: string, maxTokens: number,
 *   logFile: string }} CrowdPlan `shares`: of each hundred requests, how many each gateway gets
 */

const TIMEOUT_MS = 90_000;
/** Who is told that the ledger is not there now asks again, as the answer says. */
const TRIES_MAX = 8;
const AGAIN_MS = 1_000;
/** Too many to be remembered by their gateway's address alone: a step that shares no factor with a hundred mixes them. */
const STEP = 37;

/** @type {CrowdPlan} */
const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const log = new ClientLog(plan.logFile, plan.name);
const agents = plan.urls.map(() => newAgent());
const bounds = plan.shares.map((_, slot) => plan.shares.slice(0, slot + 1).reduce((sum, share) => sum + share, 0));

/** @param {number} index */
async function askOne(index) {
  const slot = bounds.findIndex((bound) => (index * STEP) % 100 < bound);
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    if ((await askOnce(slot)) !== 'ledger_unavailable') return;
    await sleep(AGAIN_MS);
  }
}

/** @param {number} slot @returns {Promise<string | null>} the code of its refusal */
async function askOnce(slot) {
  const url = plan.urls[slot];
  const agent = agents[slot];
  if (url === undefined || !agent) throw new Error('shares must add up to a hundred');
  const { key, model, maxTokens } = plan;
  const mark = log.noteSent({ keyId: key.id, accountId: key.accountId, model, slot, isStream: false });
  const messages = [{ role: 'user', content: 'One of a crowd, '.repeat(8) }];
  const body = { model, user: mark, max_tokens: maxTokens, messages };
  const { content, ...ending } = await ask({ url, agent, secret: key.secret, body, timeoutMs: TIMEOUT_MS });
  log.noteEnded({ mark, ...ending, isForeign: false });
  return ending.code;
}

await Promise.all(Array.from({ length: plan.asked }, (_, index) => askOne(index)));
for (const agent of agents) agent.destroy();
