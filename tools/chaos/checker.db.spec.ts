import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import pg from 'pg';
import type { Story, UpstreamCall } from './evidence.mjs';
import type { Fault } from './faults.mjs';
import { judgeAnswers } from './judge-answers.mjs';
import { judgeBooks } from './judge-books.mjs';
import { MODELS, MULTIPLIER, PRICES } from './world.mjs';

const LIVE = '01a1b2c3-0000-7000-8000-0000000000ff';
const AT_MS = 0x01a1b2c30000;
const idOf = (number: number, afterMs = 0) =>
  `${(AT_MS + afterMs)
    .toString(16)
    .padStart(12, '0')
    .replace(/(.{8})(.{4})/, '$1-$2')}-7000-8000-${String(number).padStart(12, '0')}`;
const USAGE = { prompt_tokens: 120, completion_tokens: 30, prompt_tokens_details: { cached_tokens: 20 } };
/** 1.15 × (100 × 370.1 + 20 × 41.7 + 30 × 1130.3) = 82515.95, rounded up. */
const COST = 82_516;
const HELD = 400_000;
const CREDIT = 10_000_000n;
const QUOTA = 200_000n;

const call = (more: Partial<UpstreamCall> = {}): UpstreamCall => ({
  atMs: AT_MS + 20,
  endedAtMs: AT_MS + 50,
  isComplete: true,
  usage: USAGE,
  ...more,
});
const story = (number: number, more: Partial<Story> = {}): Story => ({
  ...{ mark: `m-${number}`, keyId: '3', accountId: '7', model: 'chaos-plain', slot: 0, isStream: false },
  ...{ sentAtMs: AT_MS, endedAtMs: AT_MS + 60, end: 'complete', requestId: idOf(number), status: 200, code: null },
  ...{ isForeign: false, hasCanary: false, calls: [call()] },
  ...more,
});
const KILL: Fault = {
  ...{ number: 1, kind: 'kill', slots: [0], isDatabase: false },
  ...{ startedAtMs: AT_MS + 30, endedAtMs: AT_MS + 900, recoveredMs: 100 },
};

/** A run in which everything came to pass that is in order: two whole answers, one left, one refused, one that a kill took from its client. */
const STORIES = [
  story(1),
  story(2),
  story(3, { end: 'left' }),
  story(4, { end: 'refused', status: 429, code: 'account_rate_limited', calls: [] }),
  story(5, { end: 'silent', requestId: null }),
];
const CHARGED = [1, 2, 3, 5];

describe('the checker of the chaos runs', () => {
  let clone: ClonedDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    clone = await cloneDatabase();
    client = new pg.Client({ connectionString: clone.url });
    client.on('error', () => undefined);
    await client.connect();
    // What is done to the books below is what their own guards refuse.
    await client.query(`SET session_replication_role = replica;
      ALTER TABLE point_account DROP CONSTRAINT point_account_available_in_range;
      ALTER TABLE key_budget DROP CONSTRAINT key_budget_taken_not_negative;
      INSERT INTO gateway_instance (instance_id) VALUES ('${LIVE}');
      INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key) VALUES (7, ${CREDIT}, ${CREDIT}, 'x', 'x');
      INSERT INTO hold (owner_id, hold_no, account_id, api_key_id, window_no, points) VALUES ('${LIVE}', 1, 7, NULL, 0, ${HELD});
      INSERT INTO point_account (account_id, available) VALUES (7, ${Number(CREDIT) - HELD - CHARGED.length * COST});
      INSERT INTO key_usage (api_key_id, requests, points) VALUES (3, 2, ${2 * COST}), (4, 2, ${2 * COST});
      INSERT INTO key_budget (api_key_id, time_zone, window_no, quota_limit, quota_taken, hour_taken, day_taken, week_taken, month_taken)
        VALUES (4, 'UTC', 1, ${QUOTA}, ${2 * COST}, ${2 * COST}, ${2 * COST}, ${2 * COST}, ${2 * COST})`);
    for (const number of CHARGED) await insertCharge(idOf(number, number === 5 ? 10 : 0), number < 3 ? 3 : 4);
  });

  afterEach(async () => {
    await client.end();
    await clone.drop();
  });

  const storiesHere = (): Story[] => STORIES.map((each, index) => (index >= 2 ? { ...each, keyId: '4' } : each));

  async function insertCharge(requestId: string, keyId: number): Promise<void> {
    await client.query(
      `INSERT INTO charge (request_id, account_id, api_key_id, points, held, uncollected, window_no, price_version, latency_ms,
         input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect, outcome,
         usage_source, stream, model, receipt)
       VALUES ($1, 7, $2, $3, $4, 0, $5, 1, 1, 0, 0, 0, 0, 0, 'hold', 200, 1, 1, 1, false, 'chaos-plain', '{}')`,
      [requestId, keyId, COST, HELD, keyId === 4 ? 1 : 0],
    );
  }

  /** The names of what is wrong, each once. */
  async function judge(change: { stories?: Story[]; faults?: Fault[]; isQuiet?: boolean } = {}): Promise<string[]> {
    const { stories = storiesHere(), faults = [KILL], isQuiet = false } = change;
    const known = { credits: new Map([['7', CREDIT]]), quotas: new Map([['4', QUOTA]]), isQuiet };
    const { violations, charges } = await judgeBooks(clone.url, known);
    const models = new Map(MODELS.map((model) => [model.name, model]));
    const tariff = { prices: PRICES, multiplier: MULTIPLIER };
    const answers = judgeAnswers({ stories, charges, faults, models, tariff });
    return [...new Set([...violations, ...answers.violations].map(({ name }) => name))];
  }

  /** Moves points so that an account's sums agree again, and only the check that is meant can tell. */
  const evenOut = (accountDelta: number) =>
    client.query('UPDATE point_account SET available = available + $1', [accountDelta]);
  const spend = (keyId: number, delta: number) =>
    client.query('UPDATE key_usage SET points = points + $1 WHERE api_key_id = $2', [delta, keyId]);

  it('finds nothing where everything was in order', async () => {
    expect(await judge()).toEqual([]);
  });

  it('finds an answer without its charge, though every sum agrees', async () => {
    await client.query('DELETE FROM charge WHERE request_id = $1', [idOf(1)]);
    await evenOut(COST);
    await spend(3, -COST);
    expect(await judge()).toEqual(['lost']);
  });

  it('finds an answer whose charge was refused, or given back', async () => {
    await client.query(`UPDATE charge SET funding = 'refused', points = 0 WHERE request_id = $1`, [idOf(1)]);
    await client.query(
      `INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key) VALUES (7, ${COST}, 0, 'x', 'refund:${idOf(2)}')`,
    );
    await evenOut(2 * COST);
    await spend(3, -COST);
    expect(await judge()).toEqual(['lost']);
  });

  it('finds a second charge under another id, though every sum agrees', async () => {
    await insertCharge(idOf(6, 11), 3);
    await evenOut(-COST);
    await spend(3, COST);
    expect(await judge()).toEqual(['double']);
  });

  it('finds a second charge of a request whose client never learnt its id', async () => {
    await insertCharge(idOf(6, 12), 4);
    await evenOut(-COST);
    await spend(4, COST);
    await client.query(`UPDATE key_budget SET quota_limit = 1000000, quota_taken = quota_taken + ${COST}, hour_taken = hour_taken + ${COST},
      day_taken = day_taken + ${COST}, week_taken = week_taken + ${COST}, month_taken = month_taken + ${COST}`);
    expect(await judge()).toEqual(['over a limit', 'double']);
  });

  it.each([
    ['a point that came from nowhere', 'UPDATE point_account SET available = available + 1', ['conservation']],
    ['a hold that shrank', 'UPDATE hold SET points = points - 1', ['conservation']],
    ['a hold that vanished', 'DELETE FROM hold', ['conservation']],
    ['a budget that forgot', 'UPDATE key_budget SET hour_taken = 0', ['conservation']],
    [
      'a key that is said to have spent more',
      'UPDATE key_usage SET points = points + 1 WHERE api_key_id = 3',
      ['conservation'],
    ],
    ['a counter above its limit', 'UPDATE key_budget SET quota_limit = quota_taken - 1', ['over a limit']],
    ['a balance below zero', 'UPDATE point_account SET available = -1', ['negative', 'conservation']],
    ['a hold of the dead', `UPDATE gateway_instance SET state = 'dead'`, ['leaked hold']],
    ['a credit that nobody made', `UPDATE point_entry SET amount = amount + 5`, ['conservation', 'credit']],
  ])('finds %s', async (_, sabotage, names) => {
    await client.query(sabotage);
    expect(await judge()).toEqual(names);
  });

  it('finds what is still held once all is quiet', async () => {
    expect(await judge({ isQuiet: true })).toEqual(['leaked hold']);
  });

  it('finds a refund of what was never charged', async () => {
    await client.query(
      `INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key) VALUES (7, 5, 0, 'x', 'refund:${idOf(9)}')`,
    );
    await evenOut(5);
    expect(await judge()).toEqual(['credit']);
  });

  it.each([
    [1, 'one micropoint too many'],
    [-1, 'one too few, as where it is rounded down'],
  ])('finds a price that is off by %d: %s', async (delta) => {
    await client.query('UPDATE charge SET points = points + $1 WHERE request_id = $2', [delta, idOf(1)]);
    await evenOut(-delta);
    await spend(3, delta);
    expect(await judge()).toEqual(['wrong price']);
  });

  it('finds cost that was not told as uncollected', async () => {
    await client.query('UPDATE charge SET uncollected = 1 WHERE request_id = $1', [idOf(1)]);
    expect(await judge()).toEqual(['wrong price']);
  });

  it.each([
    [
      'a charge for what was refused',
      { end: 'refused', status: 503, code: 'ledger_unavailable' },
      ['charged for nothing'],
    ],
    ['a charge for a stream that broke off', { end: 'told', code: 'upstream_failed' }, ['charged for nothing']],
    [
      'a whole charge for a client that was too slow',
      { end: 'told', code: 'upstream_timeout' },
      ['charged for nothing'],
    ],
    ['a charge for which no upstream was called', { calls: [] }, ['charged for nothing']],
    ['an answer that is not to its question', { isForeign: true }, ["other's answer"]],
    ["the upstream's secrets in an answer", { hasCanary: true }, ['secret']],
  ] as const)('finds %s', async (_, change, names) => {
    const [first, ...others] = storiesHere();
    expect(await judge({ stories: [{ ...first, ...change } as Story, ...others] })).toEqual(names);
  });

  it('lets pass what was counted for a client that was too slow, and nothing else', async () => {
    await client.query('UPDATE charge SET outcome = 2, usage_source = 2 WHERE request_id = $1', [idOf(1)]);
    const [first, ...others] = storiesHere();
    const tooSlow = { ...first, end: 'told', code: 'upstream_timeout' } as Story;
    expect(await judge({ stories: [tooSlow, ...others] })).toEqual([]);
    expect(await judge({ stories: [{ ...tooSlow, code: 'upstream_failed' }, ...others] })).toEqual([
      'charged for nothing',
    ]);
  });

  it('finds a charge for an answer that no kill explains', async () => {
    expect(await judge({ faults: [] })).toEqual(['charged for nothing']);
  });

  it('finds an answer that its client left and nobody paid for, unless a fault was near', async () => {
    await client.query('DELETE FROM charge WHERE request_id = $1', [idOf(3)]);
    await evenOut(COST);
    await spend(4, -COST);
    await client.query(`UPDATE key_budget SET quota_taken = ${COST}, hour_taken = ${COST}, day_taken = ${COST}, week_taken = ${COST},
      month_taken = ${COST}`);
    expect(await judge()).toEqual([]);
    const longAgo = { ...KILL, startedAtMs: AT_MS - 90_000, endedAtMs: AT_MS - 60_000 };
    const stories = storiesHere().map((each) => (each.mark === 'm-5' ? { ...each, end: 'left' as const } : each));
    expect(await judge({ stories, faults: [longAgo] })).toEqual(['free of charge']);
  });
});
