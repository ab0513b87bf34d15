// @ts-check

/** The models that are asked for, and what the fake upstream does under each: answer at once, stream at once, stream for fifteen seconds, for twenty-four. */
export const MODELS = {
  'bench-chat': 'fake@usage:120:30',
  'bench-stream': 'fake@usage:120:30+words:60+gap:0',
  'bench-slow': 'fake@usage:120:30+words:60+gap:250',
  'bench-calm': 'fake@usage:120:30+words:24+gap:1000',
};

/** Micropoints that one request costs: (120 × 1000 + 30 × 2000) / 1,000,000 points, times the group's 1.5. */
export const PRICE_MICROPOINTS = 270_000;

export const UPSTREAM_KEY = 'sk-upstream-bench';
const PRICES = { inputPerMillion: '1000', cachedInputPerMillion: '100', outputPerMillion: '2000' };
const GROUP = 'bench';
const POINTS = '100000000';
/** Far beyond what one machine can send; the limit is judged all the same. */
const RATE_LIMIT = { requests: 100_000_000, windowSeconds: 60 };
const BLACKLISTED = 256;
const ALL_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * Creates what a governed request is judged by: a group with a multiplier, accounts with a rate limit, keys with lists and budgets, models
 * with a rate limit, a channel, and access rules of all three kinds. Answers one key for each account.
 *
 * @param {any} admin
 * @param {string} upstreamOrigin
 * @param {number} accounts
 * @returns {Promise<string[]>}
 */
export async function createWorld(admin, upstreamOrigin, accounts) {
  await admin.createGroup({ name: GROUP, priceMultiplier: '1.5', models: ['bench-*', 'gpt-5*'] });
  for (const name of Object.keys(MODELS)) await admin.createModel({ name, prices: PRICES, rateLimit: RATE_LIMIT });
  await admin.createChannel({
    baseUrl: `${upstreamOrigin}/v1`,
    models: MODELS,
    groups: [GROUP, 'default'],
    keys: [{ value: UPSTREAM_KEY, weight: 1 }],
  });
  await createRules(admin);
  const keys = [];
  for (let index = 0; index < accounts; index += 1) keys.push(await createKey(admin));
  return keys;
}

/** @param {any} admin */
async function createRules(admin) {
  const scope = { type: 'group', id: GROUP };
  const blacklisted = Array.from({ length: BLACKLISTED }, (_, index) => `203.0.${index}.0/25`);
  await admin.createAccessRule({ type: 'ip_blacklist', cidrs: blacklisted });
  await admin.createAccessRule({ type: 'ip_blacklist', scope, cidrs: ['198.51.100.0/24'] });
  await admin.createAccessRule({ type: 'ip_whitelist', scope, cidrs: ['127.0.0.0/8', '10.0.0.0/8', '::1'] });
  const windows = [{ days: ALL_DAYS, from: '00:00', to: '24:00' }];
  await admin.createAccessRule({ type: 'time_window', scope, windows, timeZone: 'Europe/Berlin' });
}

/** @param {any} admin @returns {Promise<string>} */
async function createKey(admin) {
  const account = await admin.createAccount({ group: GROUP, rateLimit: RATE_LIMIT }, POINTS);
  const { key } = await admin.createKey(account.id, {
    pointQuota: POINTS,
    pointLimits: [{ period: 'month', points: POINTS }],
    modelAllowlist: ['bench-*'],
    modelDenylist: ['bench-secret*'],
  });
  return key;
}
