import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import pg from 'pg';
import { makeCharge, openLedger, type TestLedger } from '../testing/index.js';
import { auditLedger, readBooks } from './audit-ledger.js';
import { describeDifference } from './difference.js';

const TABLES = `point_account, point_entry, key_budget, key_usage, usage_hour, charge_tail, hold, charge, charge_retired, charge_horizon, gateway_instance, task`;

describe('the audit of the ledger', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let owner: pg.Client;
  let accountId: string;
  let apiKeyId: string;
  let requestId: string;

  beforeEach(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url);
    owner = new pg.Client({ connectionString: clone.url });
    await owner.connect();
    accountId = await ledger.addAccount(1_000);
    apiKeyId = await ledger.addKey(accountId, { pointQuota: 500, pointLimits: [{ period: 'hour', points: 400 }] });
    requestId = uuidv7();
    await ledger.points.settle(await reserve(100), makeCharge({ requestId, cost: 30 }));
    await reserve(50);
  }, 60_000);

  afterEach(async () => {
    await owner.end();
    await ledger.close();
    await clone.drop();
  });

  const reserve = (points: number) =>
    ledger.points.reserve({ requestId: uuidv7(), accountId, apiKeyId, budgeted: true, least: points, need: points });
  const audit = () => auditLedger(ledger.database.pool('audit'));
  const findDifferences = async () => (await audit()).differences.map(describeDifference);
  const setBudget = (pointQuota: number) =>
    ledger.database.transaction((tx) =>
      ledger.points.setBudget(tx, apiKeyId, {
        pointQuota,
        pointLimits: [{ period: 'hour', points: 400 }],
        timeZone: 'UTC',
      }),
    );

  it('finds nothing in sound books, and says what it read', async () => {
    expect(await audit()).toMatchObject({
      read: { accounts: 1, charges: 1, holds: 1, budgets: 1 },
      total: 0,
      differences: [],
    });
  });

  // What is changed here is what the constraints cannot see.
  it.each([
    [
      'a charge that was deleted',
      'DELETE FROM charge',
      'account A: credits 1000 − charges 0 + refunds 0 = 1000 ≠ available 920 + held 50 = 970',
    ],
    [
      'a charge whose amount was changed',
      'UPDATE charge SET points = 29',
      'account A: credits 1000 − charges 29 + refunds 0 = 971 ≠ available 920 + held 50 = 970',
    ],
    [
      'a balance that was changed',
      'UPDATE point_account SET available = available + 1',
      'account A: credits 1000 − charges 30 + refunds 0 = 970 ≠ available 921 + held 50 = 971',
    ],
    [
      'a hold that was changed',
      'UPDATE hold SET points = points - 1',
      'account A: credits 1000 − charges 30 + refunds 0 = 970 ≠ available 920 + held 49 = 969',
    ],
    [
      'an entry that was deleted',
      'DELETE FROM point_entry',
      'account A: credits 0 − charges 30 + refunds 0 = -30 ≠ available 920 + held 50 = 970',
    ],
    [
      'a budget that was changed',
      'UPDATE key_budget SET hour_taken = 79',
      'account A, key K, period hour: taken 79 ≠ charged 30 + held 50 = 80',
    ],
    [
      'a budget above its limit',
      `SET session_replication_role = 'replica'; UPDATE key_budget SET quota_limit = 79`,
      'account A, key K, period quota: taken 80 > limit 79',
    ],
    [
      'what a key has spent, counted wrongly',
      'SELECT charge_roll_up(10); UPDATE key_usage SET points = points + 7',
      'account A, key K, sum of life: counted 37 ≠ charged 30',
    ],
    [
      'what a key has spent in an hour, counted wrongly',
      'SELECT charge_roll_up(10); UPDATE usage_hour SET points = points + 7',
      'account A, key K, sum of hours: counted 37 ≠ charged 30',
    ],
    [
      'a charge that is noted twice',
      'INSERT INTO charge_fresh SELECT * FROM charge_fresh',
      'account A, key K, sum of requests: counted 2 ≠ charged 1',
    ],
    [
      'a hold of a dead process',
      `UPDATE gateway_instance SET state = 'dead'`,
      /^account A, key K, hold [-0-9a-f]{36}\/1: held 50 > of the living 0$/,
    ],
    [
      'points below zero, where no constraint stands in the way',
      `ALTER TABLE point_account DROP CONSTRAINT point_account_available_in_range; UPDATE point_account SET available = -5`,
      'account A: − available 5 < least 0',
    ],
    [
      'a charge above what was held, where no constraint stands in the way',
      'ALTER TABLE charge DROP CONSTRAINT charge_points_within_hold; UPDATE charge SET held = 20',
      'account A, key K, request R: charged 30 + uncollected 0 = 30 does not fit into held 20',
    ],
    [
      'a request that was booked twice, where no constraint stands in the way',
      'ALTER TABLE charge DROP CONSTRAINT charge_pkey; INSERT INTO charge SELECT * FROM charge',
      'account A, key K, request R: booked 2 > most 1',
    ],
    [
      'charges of an account that the ledger does not know',
      `SET session_replication_role = 'replica'; UPDATE charge SET account_id = 999`,
      'account 999: credits 0 − charges 30 + refunds 0 = -30 ≠ available 0 + held 0 = 0',
    ],
  ])('finds and names %s', async (_, tampering, expected) => {
    await owner.query(tampering);
    const found = (await findDifferences()).map((text) =>
      text.replace(`account ${accountId}`, 'account A').replace(`key ${apiKeyId}`, 'key K').replace(requestId, 'R'),
    );
    const matching = typeof expected === 'string' ? expect.stringContaining(expected) : expect.stringMatching(expected);
    expect(found).toContainEqual(matching);
  });

  it.each([
    ['a balance', 'UPDATE point_account SET available = -1'],
    ['a hold', 'UPDATE hold SET points = -1'],
    ['a budget', 'UPDATE key_budget SET quota_taken = -1'],
    ['a charge', 'UPDATE charge SET points = -1'],
  ])('need not look for %s below zero: the database refuses it', async (_, tampering) => {
    await expect(owner.query(tampering)).rejects.toMatchObject({ code: '23514' });
  });

  it('accepts a limit that was lowered below what was taken, and no other excess', async () => {
    await setBudget(10);
    expect(await findDifferences()).toEqual([]);
    await owner.query(
      'UPDATE key_budget SET quota_first = window_no + 1, window_no = window_no + 1, quota_taken = 0, hour_taken = 80',
    );
    await setBudget(500);
    await owner.query(`SET session_replication_role = 'replica'`);
    await owner.query('UPDATE key_budget SET quota_limit = 0, quota_taken = 1');
    expect(await findDifferences()).toContainEqual(expect.stringContaining('period quota: taken 1 > limit 0'));
  });

  it('counts a refund as points that came in', async () => {
    await ledger.ledger.refund(await reserve(1), requestId, 30);
    const { differences } = await audit();
    expect(differences).toEqual([]);
    await owner.query('UPDATE point_account SET available = available - 2');
    expect(await findDifferences()).toEqual([
      `account ${accountId}: credits 1000 − charges 30 + refunds 30 = 1000 ≠ available 947 + held 51 = 998`,
    ]);
  });

  it('counts charges whose partition was dropped by their sums, in balances, in what a key has spent, and in its quota', async () => {
    await owner.query(`UPDATE key_budget SET window_no = 9, hour_first = 9, day_first = 9, week_first = 9, month_first = 9,
      hour_taken = 0, day_taken = 0, week_taken = 0, month_taken = 0`);
    await owner.query(`INSERT INTO charge_retired
      SELECT now(), account_id, api_key_id, 1, points, 0, (SELECT quota_first FROM key_budget), points FROM charge`);
    await owner.query('SELECT charge_roll_up(10)');
    await owner.query('DELETE FROM charge');
    expect(await findDifferences()).toEqual([]);
    await owner.query('UPDATE charge_retired SET points = 29, quota_points = 28');
    expect(await findDifferences()).toEqual([
      `account ${accountId}: credits 1000 − charges 29 + refunds 0 = 971 ≠ available 920 + held 50 = 970`,
      `account ${accountId}, key ${apiKeyId}, period quota: taken 80 ≠ charged 0 + held 50 + retired 28 = 78`,
      `account ${accountId}, key ${apiKeyId}, sum of life: counted 30 ≠ charged 29`,
      `account ${accountId}, key ${apiKeyId}, sum of hours: counted 30 ≠ charged 29`,
    ]);
  });

  it('counts all differences of a kind and lists the first thousand', async () => {
    await owner.query(`SET session_replication_role = 'replica'`);
    await owner.query('INSERT INTO point_account SELECT 10000 + g, 1 FROM generate_series(1, 1500) AS g');
    const { total, differences } = await audit();
    expect(total).toBe(1_500);
    expect(differences).toHaveLength(1_000);
  });

  it('finds nothing while requests run, for it sees one committed moment', async () => {
    const running = new AbortController();
    const budget = { pointQuota: 1_000_000, pointLimits: [{ period: 'day', points: 1_000_000 }] } as const;
    const accounts = await Promise.all(Array.from({ length: 4 }, () => ledger.addAccount(1_000_000)));
    const keys = await Promise.all(accounts.map((id) => ledger.addKey(id, budget)));
    const work = Array.from({ length: 16 }, async (_, worker) => {
      const of = { accountId: accounts[worker % 4]!, apiKeyId: keys[worker % 4]!, budgeted: worker % 2 === 0 };
      let count = 0;
      while (!running.signal.aborted) {
        const hold = await ledger.points.reserve({ ...of, requestId: uuidv7(), least: 10, need: 10 });
        await ledger.points.settle(hold, makeCharge({ cost: 3 }));
        count += 1;
      }
      return count;
    });
    const reports = [];
    for (let round = 0; round < 15; round += 1) reports.push(await audit());
    running.abort();
    const counts = await Promise.all(work);
    expect(reports.flatMap(({ differences }) => differences)).toEqual([]);
    expect(reports.at(-1)?.read.charges).toBeGreaterThan(reports[0]?.read.charges ?? Infinity);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  }, 60_000);

  it('takes no lock but the one that every reader takes', async () => {
    await owner.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await readBooks(owner);
    const { rows } = await owner.query<{ mode: string }>(
      `SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype NOT IN ('virtualxid')`,
    );
    expect(rows).toEqual([{ mode: 'AccessShareLock' }]);
    await ledger.points.settle(await reserve(10), makeCharge({ cost: 1 }));
    await owner.query('COMMIT');
  });

  it('needs no more than to read the tables it names', async () => {
    const role = `auditor_${uuidv7().replaceAll('-', '')}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads-only'`);
    await owner.query(`GRANT SELECT ON ${TABLES} TO ${role}`);
    await owner.query(`GRANT SELECT (id, account_id) ON api_key TO ${role}`);
    const url = new URL(clone.url);
    url.username = role;
    url.password = 'reads-only';
    const pool = new pg.Pool({ connectionString: url.href });
    try {
      expect(await auditLedger(pool)).toMatchObject({ total: 0, read: { charges: 1 } });
      await expect(pool.query('UPDATE point_account SET available = 0')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await pool.end();
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
