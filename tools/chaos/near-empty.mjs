// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { priceOf } from './price.mjs';
import { MULTIPLIER, PRICES, UPSTREAM_KEY } from './world.mjs';

/** @typedef {import('./violations.mjs').Violation} Violation */

const PAID = 1_000;
const ASKED = 5_000;
const SOLD_MIN = 990;
const OUTPUT_TOKENS = 20;
/** Bodies are longer, so that the worst case is what every request consumes: what is held is what is charged. */
const CONTEXT_TOKENS = 100;
const MODEL = 'chaos-crowd';
const TIMEOUT_MS = 120_000;
const POLL_MS = 100;
const PATTERNS = /** @type {const} */ (['even', 'skewed', 'alone']);

/** What became of one crowd. @typedef {{ pattern: string, asked: number, paid: number, charged: number, seconds: number }} Crowd */

/** The model that the crowds ask for, judged like any other. @type {import('./world.mjs').Model} */
export const CROWD_MODEL = {
  name: MODEL,
  upstream: `fake@usage:${CONTEXT_TOKENS}:${OUTPUT_TOKENS}`,
  pricing: 'exact',
  role: 'quick',
  weight: 0,
};

/**
 * Lets five thousand ask at once for what an account pays a thousand times, evenly over the gateways and not. Notes the account in the
 * world's credits; answers what was sold, and what is wrong with that.
 *
 * @param {import('./house.mjs').House} house
 * @returns {Promise<{ crowds: Crowd[], violations: Violation[], logFiles: string[] }>}
 */
export async function runCrowds(house) {
  const { admin, upstream } = house.system;
  const group = 'chaos';
  await admin.createModel({
    name: MODEL,
    prices: PRICES,
    contextTokensMax: CONTEXT_TOKENS,
    outputTokensMax: CONTEXT_TOKENS,
  });
  const keys = [{ value: UPSTREAM_KEY, weight: 1 }];
  await admin.createChannel({
    baseUrl: upstream.baseUrl,
    groups: [group],
    keys,
    models: { [MODEL]: CROWD_MODEL.upstream },
  });
  const crowds = [];
  const logFiles = [];
  for (const pattern of PATTERNS) {
    const { crowd, logFile } = await runCrowd(house, pattern, group);
    crowds.push(crowd);
    logFiles.push(logFile);
  }
  return { crowds, logFiles, violations: crowds.flatMap(judge) };
}

/** @param {import('./house.mjs').House} house @param {typeof PATTERNS[number]} pattern @param {string} group */
async function runCrowd(house, pattern, group) {
  const { system, fleet, world, folder, startProgram, directUrl } = house;
  const usage = { prompt_tokens: CONTEXT_TOKENS, completion_tokens: OUTPUT_TOKENS };
  const owned = priceOf(usage, PRICES, MULTIPLIER) * BigInt(PAID);
  const account = await system.admin.createAccount({ group }, decimal(owned));
  world.credits.set(account.id, owned);
  const { id, key: secret } = await system.admin.createKey(account.id, { name: `crowd-${pattern}` });
  await system.settled();
  const logFile = join(folder, `crowd-${pattern}.jsonl`);
  const planFile = join(folder, `crowd-${pattern}.json`);
  /** @type {import('./crowd.mjs').CrowdPlan} */
  const plan = {
    ...{
      name: `crowd-${pattern}`,
      urls: fleet.urls,
      shares: sharesOf(pattern, fleet.urls.length),
      asked: ASKED,
      logFile,
    },
    ...{ model: MODEL, maxTokens: OUTPUT_TOKENS, key: { name: pattern, secret, id, accountId: account.id, weight: 0 } },
  };
  writeFileSync(planFile, JSON.stringify(plan));
  const startedMs = performance.now();
  const program = startProgram(`crowd ${pattern}`, { file: join(import.meta.dirname, 'crowd.mjs'), args: [planFile] });
  while (program.isRunning && performance.now() - startedMs < TIMEOUT_MS) await sleep(POLL_MS);
  if (program.isRunning || program.exitCode !== 0) throw new Error(`the crowd did not end: ${program.output}`);
  const charged = await countCharges(directUrl, account.id);
  const seconds = (performance.now() - startedMs) / 1_000;
  return { logFile, crowd: { pattern, asked: ASKED, paid: PAID, charged, seconds } };
}

/** @param {Crowd} crowd @returns {Violation[]} */
function judge({ pattern, charged }) {
  if (charged > PAID) return [{ name: 'negative', detail: `${pattern} crowd: ${charged} charged, ${PAID} paid for` }];
  const least = pattern === 'even' ? PAID : SOLD_MIN;
  if (charged >= least) return [];
  return [{ name: 'unused points', detail: `${pattern} crowd: ${charged} sold of ${PAID}, at least ${least} must be` }];
}

/** Of each hundred requests, how many each gateway gets. @param {string} pattern @param {number} gateways @returns {number[]} */
function sharesOf(pattern, gateways) {
  const first = pattern === 'even' ? undefined : pattern === 'alone' ? 100 : 85;
  const others = gateways - (first === undefined ? 0 : 1);
  const rest = 100 - (first ?? 0);
  const even = Array.from({ length: others }, (_, n) => Math.floor(rest / others) + (n < rest % others ? 1 : 0));
  return first === undefined ? even : [first, ...even];
}

/** @param {string} databaseUrl @param {string} accountId @returns {Promise<number>} */
async function countCharges(databaseUrl, accountId) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    'SELECT count(*)::integer AS charges FROM charge WHERE account_id = $1 AND points > 0',
    [accountId],
  );
  await client.end();
  return rows[0].charges;
}

/** @param {bigint} micropoints */
function decimal(micropoints) {
  const digits = String(micropoints).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
