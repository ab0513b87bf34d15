// @ts-check

/**
 * How the charge of a complete answer is judged: `exact` is the reported usage at the model's prices; `counted` and `suspect` must be
 * marked so; `any` may be either reported or counted, as the report comes too late to rely on.
 *
 * @typedef {'exact' | 'counted' | 'suspect' | 'any'} Pricing
 * @typedef {{ name: string, upstream: string, pricing: Pricing, role: 'quick' | 'long' | 'faulty', weight: number, fallback?: string }} Model
 * @typedef {{ name: string, secret: string, id: string, accountId: string, weight: number }} Key
 * @typedef {{ accountId: string, requests: number, windowMs: number }} Rate
 * @typedef {{ models: Model[], keys: Key[], probeKey: Key, rate: Rate, scarceAccountId: string, credits: Map<string, bigint>, quotas: Map<string, bigint> }} World
 */

/** Prices and multiplier that leave fractions of a micropoint, so that rounding is tried with every charge. */
export const PRICES = { inputPerMillion: '370.1', cachedInputPerMillion: '41.7', outputPerMillion: '1130.3' };
export const MULTIPLIER = '1.15';
export const UPSTREAM_KEY = 'sk-upstream-canary-chaos';
const GROUP = 'chaos';
/** Of one account, which asks for about twice that. */
const RATE_LIMIT = { requests: 20, windowSeconds: 2 };
const RICH = '1000000';
export const SCARCE_CREDIT = '2.5';

const quick = (/** @type {Partial<Model> & { name: string, upstream: string }} */ model) =>
  /** @type {Model} */ ({ pricing: 'exact', role: 'quick', weight: 3, ...model });
const faulty = (/** @type {string} */ directives, /** @type {Pricing} */ pricing = 'exact', weight = 1) =>
  /** @type {Model} */ ({
    name: `chaos-${directives.replace(/[^a-z0-9]+/g, '-')}`,
    upstream: `fault@usage:130:35+${directives}`,
    ...{ pricing, role: 'faulty', weight },
  });

/** What is asked for, and how the fake upstream behaves under each name: every behaviour it offers is somewhere in here. */
export const MODELS = [
  quick({ name: 'chaos-plain', upstream: 'fake@usage:120:30', weight: 8 }),
  quick({ name: 'chaos-cached', upstream: 'fake@usage:150:40:100:10' }),
  quick({ name: 'chaos-echo', upstream: 'fake@echo+usage:90:25', weight: 6 }),
  quick({ name: 'chaos-words', upstream: 'fake@usage:110:33+words:20+gap:15', weight: 4 }),
  quick({ name: 'chaos-failover', upstream: 'fake@status:500', fallback: 'fake@usage:121:31' }),
  quick({ name: 'chaos-counted', upstream: 'fake@no-usage', pricing: 'counted', weight: 1 }),
  quick({ name: 'chaos-overrun', upstream: 'fake@usage:6000:190', weight: 1 }),
  quick({ name: 'chaos-absurd', upstream: 'fake@usage:-5:1.5', pricing: 'suspect', weight: 1 }),
  quick({ name: 'chaos-huge-usage', upstream: 'fake@usage:1e18:1e18', pricing: 'suspect', weight: 1 }),
  quick({ name: 'chaos-nonsense', upstream: 'fake@usage:1e18:many', pricing: 'counted', weight: 1 }),
  // Longer than a lease, or the account would never be charged directly.
  quick({ name: 'chaos-long', role: 'long', upstream: 'fake@usage:200:60+words:60+gap:210' }),
  quick({ name: 'chaos-longer', role: 'long', upstream: 'fake@usage:210:61+words:90+gap:180' }),
  ...['refusal', 'content-filter', 'tool-call', 'comments', 'crlf', 'split:7', 'late-usage'].map((text) =>
    faulty(text),
  ),
  ...['usage-with-finish', 'usage-every-chunk', 'usage-unasked', 'duplicate-done', 'no-done'].map((text) =>
    faulty(text),
  ),
  ...['status:500', 'status:503', 'status:404', 'status:529', 'error:invalid_api_key'].map((text) => faulty(text)),
  ...['error:rate_limit_exceeded+retry-after:3', 'error:context_length_exceeded', 'redirect'].map((text) =>
    faulty(text),
  ),
  ...['error:content_policy_violation', 'html', 'empty', 'error-body', 'invalid-json'].map((text) => faulty(text)),
  ...['gzip-bomb:8', 'error-event:2', 'end-after:3', 'hang-headers', 'hang-events:3'].map((text) => faulty(text)),
  ...['hang-bytes:90', 'reset-headers', 'reset-bytes:400', 'cut-bytes:400', 'delay:700'].map((text) => faulty(text)),
  ...['huge-line:20000', 'invalid-utf8'].map((text) => faulty(text)),
  faulty('usage-after-done', 'any'),
  faulty('slow:2+words:2'),
  faulty('endless', 'exact', 0.2),
];

/** Faulty upstreams are given up soon; the others must live through a process that was stopped for long. */
const SOON = { firstByteTimeoutMs: 2_000, idleTimeoutMs: 1_500, totalTimeoutMs: 4_000 };
const PATIENT = { firstByteTimeoutMs: 120_000, idleTimeoutMs: 120_000, totalTimeoutMs: 240_000 };

/**
 * Sets up everything that is asked for: rich accounts, one of them with a rate limit, one that is always nearly empty, keys without and with budgets of every kind, and
 * one channel for each model, so that none stands in another's way.
 *
 * @param {any} admin
 * @param {string} upstreamUrl
 * @returns {Promise<World>}
 */
export async function createWorld(admin, upstreamUrl) {
  await admin.createGroup({ name: GROUP, priceMultiplier: MULTIPLIER, models: ['chaos-*'] });
  for (const model of MODELS) {
    await admin.createModel({ name: model.name, prices: PRICES });
    const common = { baseUrl: upstreamUrl, groups: [GROUP], keys: [{ value: UPSTREAM_KEY, weight: 1 }] };
    const limits = model.role === 'faulty' ? SOON : PATIENT;
    await admin.createChannel({ ...common, ...limits, priority: 1, models: { [model.name]: model.upstream } });
    if (model.fallback !== undefined)
      await admin.createChannel({ ...common, ...limits, priority: 0, models: { [model.name]: model.fallback } });
  }
  return { models: MODELS, ...(await createKeys(admin)) };
}

/** @param {any} admin @returns {Promise<Omit<World, 'models'>>} */
async function createKeys(admin) {
  const [first, second, scarce, probed, rated] = await openAccounts(admin, [RICH, RICH, SCARCE_CREDIT, RICH, RICH]);
  await admin.patch(`/accounts/${rated}`, { rateLimit: RATE_LIMIT });
  /** @type {[accountId: string, name: string, weight: number, limits: object][]} */
  const wanted = [
    [first, 'free', 6, {}],
    [first, 'twin', 3, {}],
    [second, 'periods', 6, { pointQuota: '500000', pointLimits: [limit('hour', '400000'), limit('month', '450000')] }],
    [second, 'quota', 2, { pointQuota: '9' }],
    [second, 'hour', 2, { pointLimits: [limit('hour', '11')] }],
    [second, 'day', 2, { pointLimits: [limit('day', '14'), limit('week', '200')], timeZone: 'Asia/Kathmandu' }],
    [scarce, 'scarce', 5, {}],
    [scarce, 'scarce-quota', 3, { pointQuota: '30', pointLimits: [limit('hour', '25')] }],
    [rated, 'rated', 5, {}],
    [probed, 'probe', 0, {}],
  ];
  const keys = [];
  for (const [accountId, name, weight, limits] of wanted) {
    const { id, key } = await admin.createKey(accountId, { name: `chaos-${name}`, ...limits });
    keys.push({ name, secret: key, id, accountId, weight });
  }
  const probeKey = /** @type {Key} */ (keys.pop());
  const quotas = new Map([
    [keyNamed(keys, 'periods').id, 500_000_000_000n],
    [keyNamed(keys, 'quota').id, 9_000_000n],
    [keyNamed(keys, 'scarce-quota').id, 30_000_000n],
  ]);
  const rich = BigInt(RICH) * 1_000_000n;
  const credits = new Map([first, second, probed, rated].map((id) => [id, rich]));
  credits.set(scarce, SCARCE_CREDIT_MICROPOINTS);
  const rate = { accountId: rated, requests: RATE_LIMIT.requests, windowMs: RATE_LIMIT.windowSeconds * 1_000 };
  return { keys, probeKey, rate, scarceAccountId: scarce, credits, quotas };
}

export const SCARCE_CREDIT_MICROPOINTS = 2_500_000n;

/** @param {any} admin @param {string[]} points @returns {Promise<[string, string, string, string, string]>} */
async function openAccounts(admin, points) {
  const ids = [];
  for (const amount of points) ids.push((await admin.createAccount({ group: GROUP }, amount)).id);
  return /** @type {[string, string, string, string, string]} */ (ids);
}

/** @param {string} period @param {string} points */
const limit = (period, points) => ({ period, points });

/** @param {Key[]} keys @param {string} name @returns {Key} */
function keyNamed(keys, name) {
  const key = keys.find((candidate) => candidate.name === name);
  if (!key) throw new Error(`no key ${name}`);
  return key;
}
