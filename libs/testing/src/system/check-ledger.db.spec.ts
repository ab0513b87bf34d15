import pg from 'pg';
import { cloneDatabase, type ClonedDatabase } from '../postgres/clone-database.js';
import { checkLedger } from './check-ledger.js';

const REQUEST = '01a1b2c3-0000-7000-8000-000000000001';
const OTHER = '01a1b2c3-0000-7000-8000-000000000002';
const INSTANCE = '01a1b2c3-0000-7000-8000-0000000000ff';

describe('checkLedger', () => {
  let database: ClonedDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    database = await cloneDatabase();
    client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    // The checks below break the books on purpose, which the tables' own constraints would refuse.
    await client.query("SET session_replication_role = 'replica'");
    await client.query(`INSERT INTO gateway_instance (instance_id) VALUES ('${INSTANCE}')`);
    await client.query('INSERT INTO point_account (account_id, available) VALUES (7, 600)');
    await client.query(
      `INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key) VALUES (7, 1000, 1000, 'x', 'x')`,
    );
    await client.query(
      `INSERT INTO hold (owner_id, hold_no, account_id, api_key_id, window_no, points) VALUES ('${INSTANCE}', 1, 7, 3, 1, 100)`,
    );
    await charge(REQUEST, 300, 400);
    await client.query(`INSERT INTO key_budget (api_key_id, time_zone, quota_limit, quota_taken, hour_limit, hour_taken, day_taken, week_taken, month_taken)
      VALUES (3, 'UTC', 500, 400, 400, 400, 400, 400, 400)`);
  });

  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  async function charge(requestId: string, points: number, held: number): Promise<void> {
    await client.query(
      `INSERT INTO charge (request_id, account_id, api_key_id, points, held, uncollected, window_no, price_version, latency_ms,
         input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect, outcome,
         usage_source, stream, model, receipt)
       VALUES ($1, 7, 3, $2, $3, 0, 1, 1, 1, 0, 0, 0, 0, 0, 'hold', 200, 0, 0, 0, false, 'm', '{}')`,
      [requestId, points, held],
    );
    await client.query('INSERT INTO charge_fresh (request_ids) VALUES (ARRAY[$1::uuid])', [requestId]);
  }

  it('finds nothing in books that agree', async () => {
    expect(await checkLedger(database.url, { complete: [{ requestId: REQUEST, points: 300 }], free: [OTHER] })).toEqual(
      [],
    );
  });

  it.each([
    [
      'points that came from nowhere',
      'UPDATE point_account SET available = 601',
      'account 7: entries 1000, charges 300, available 601, held 100',
    ],
    [
      'points that vanished with a hold',
      'DELETE FROM hold',
      'account 7: entries 1000, charges 300, available 600, held 0',
    ],
    [
      'a budget that forgot a charge',
      'UPDATE key_budget SET hour_taken = 100',
      'key 3, hour: taken 100, charged and held 400',
    ],
    [
      'a budget above its limit',
      'UPDATE key_budget SET quota_limit = 399',
      'key 3, quota: taken 400, charged and held 400, limit 399',
    ],
    ['a hold of the dead', "UPDATE gateway_instance SET state = 'dead'", 'has no living owner'],
    ['a charge too high', 'UPDATE charge SET points = 301', 'expected 300, booked 301 of 400 held'],
    ['a charge that no summary shows', 'DELETE FROM charge_fresh', 'key 3: summed up 0, charged 300'],
    [
      'a charge that a summary shows twice',
      `INSERT INTO usage_hour VALUES ('2026-01-01Z', 7, 3, 0, 'm', 1, 0, 0, 0, 0, 0, 0, 0, 300, 0)`,
      'key 3: summed up 600, charged 300',
    ],
    ['a charge that is missing', 'DELETE FROM charge', 'expected 300, booked nothing'],
  ])('finds %s', async (_, sabotage, problem) => {
    await client.query(sabotage);
    const problems = await checkLedger(database.url, { complete: [{ requestId: REQUEST, points: 300 }] });
    expect(problems).toContainEqual(expect.stringContaining(problem));
  });

  it('finds a charge for a request that was refused', async () => {
    expect(await checkLedger(database.url, { free: [REQUEST] })).toEqual([`free request ${REQUEST} was charged 300`]);
  });

  it('accepts a charge capped at what was held', async () => {
    await client.query('UPDATE charge SET held = 300');
    expect(await checkLedger(database.url, { complete: [{ requestId: REQUEST, points: 350 }] })).toEqual([]);
  });

  it('accepts any charge of a complete response whose price is not known', async () => {
    expect(await checkLedger(database.url, { complete: [{ requestId: REQUEST }] })).toEqual([]);
    expect(await checkLedger(database.url, { complete: [{ requestId: OTHER }] })).toHaveLength(1);
  });

  it('finds what a stopped system still holds', async () => {
    expect(await checkLedger(database.url, { isAtRest: true })).toEqual([expect.stringContaining('of 100 is left')]);
  });

  it('finds an account below zero where the table lets it through', async () => {
    await client.query('ALTER TABLE point_account DROP CONSTRAINT point_account_available_in_range');
    await client.query('UPDATE point_account SET available = -1');
    expect(await checkLedger(database.url)).toContain('account 7 has -1 available');
  });
});
