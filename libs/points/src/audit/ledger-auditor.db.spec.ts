import { createLogger, type Logger, MetricsRegistry, uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { makeCharge, openLedger, type TestLedger } from '../testing/index.js';
import { AuditMetrics } from './audit-metrics.js';
import { LedgerAuditor } from './ledger-auditor.js';

describe('audits of a running system', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let auditor: LedgerAuditor;
  let registry: MetricsRegistry;
  let of: { accountId: string; apiKeyId: string; budgeted: boolean };
  let said: { level: string; accounts?: string[]; differences?: string[] }[];

  beforeEach(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url);
    said = [];
    auditor = new LedgerAuditor(ledger.database, listeningLogger());
    const accountId = await ledger.addAccount(1_000);
    of = { accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
    await charge(30);
    expect(await auditor.runDue()).toBe('full');
    // Every scrape of a test is a new one.
    registry = new MetricsRegistry();
    new AuditMetrics(registry, ledger.database);
  }, 60_000);

  afterEach(async () => {
    await ledger.close();
    await clone.drop();
  });

  function listeningLogger(): Logger {
    const note = (level: string) => (fields: object) => void said.push({ level, ...fields });
    return { ...createLogger('test', 'silent'), error: note('error'), info: note('info') } as Logger;
  }

  async function charge(cost: number, requestId = uuidv7()): Promise<void> {
    const hold = await ledger.points.reserve({ ...of, requestId, least: cost, need: cost });
    await ledger.points.settle(hold, makeCharge({ requestId, cost }));
  }

  const sql = (text: string) => ledger.database.tx.query<unknown>(text);
  /** As if a minute, or a day, had passed since the last audit of a kind. */
  const forget = (kind: string) =>
    sql(`UPDATE audit_run SET ended_at = ended_at - interval '1 day' WHERE kind = '${kind}'`);
  async function nextMinute(): Promise<void> {
    await forget('minute');
    expect(await auditor.runDue()).toBe('minute');
  }

  async function readGauges(): Promise<Record<string, number>> {
    await new Promise((done) => setTimeout(done, 600));
    const text = await registry.metrics();
    return Object.fromEntries(
      [...text.matchAll(/^tokenbay_audit_(\S+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  }

  it('audits everything first, then a minute at a time, and nothing twice', async () => {
    expect(await auditor.runDue()).toBe('minute');
    expect(await auditor.runDue()).toBeNull();
    await nextMinute();
    await forget('full');
    expect(await auditor.runDue()).toBe('full');
    expect(said).toEqual([]);
  });

  it('lets one of many processes do it', async () => {
    await auditor.runDue();
    await forget('minute');
    const others = Array.from({ length: 4 }, () => openLedger(clone.url));
    const ledgers = await Promise.all(others);
    const done = await Promise.all(
      ledgers.map(({ database }) => new LedgerAuditor(database, createLogger('test', 'silent')).runDue()),
    );
    expect(done.filter((kind) => kind !== null)).toEqual(['minute']);
    await Promise.all(ledgers.map((one) => one.close()));
  });

  it('turns its metric on when an account does not agree, and off when it does again, and logs each change once', async () => {
    await auditor.runDue();
    expect(await readGauges()).toMatchObject({ 'accounts_with_difference{audit="minute"}': 0 });
    await sql('UPDATE point_account SET available = available + 5');
    await nextMinute();
    await nextMinute();
    const gauges = await readGauges();
    expect(gauges).toMatchObject({ 'accounts_with_difference{audit="minute"}': 1 });
    expect(gauges['duration_seconds{audit="minute"}']).toBeGreaterThanOrEqual(0);
    expect(said).toEqual([
      {
        level: 'error',
        audit: 'minute',
        accounts: [of.accountId],
        total: 1,
        differences: [
          `account ${of.accountId}: credits 1000 − charges 30 + refunds 0 = 970 ≠ available 975 + held 0 = 975`,
        ],
      },
    ]);
    await sql('UPDATE point_account SET available = available - 5');
    await nextMinute();
    expect(await readGauges()).toMatchObject({ 'accounts_with_difference{audit="minute"}': 0 });
    expect(said.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('says when the last audit was, by which one sees that none is done any more', async () => {
    await auditor.runDue();
    const { 'ended_timestamp_seconds{audit="minute"}': before = 0 } = await readGauges();
    expect(Math.abs(Date.now() / 1000 - before)).toBeLessThan(60);
    await forget('minute');
    expect(await readGauges()).toMatchObject({
      'ended_timestamp_seconds{audit="minute"}': expect.closeTo(before - 86_400, 1),
    });
  });

  it.each([
    ['a charge deleted', 'DELETE FROM charge WHERE points = 7'],
    ['an amount changed', 'UPDATE charge SET points = 6 WHERE points = 7'],
    [
      'a hold that no account paid for',
      `INSERT INTO hold SELECT instance_id, 99, ACCOUNT, NULL, 0, 4 FROM gateway_instance`,
    ],
    ['a process that died with its hold', `UPDATE gateway_instance SET state = 'dead'`],
  ])('finds within a minute %s', async (_, tampering) => {
    await charge(7);
    await ledger.points.reserve({ ...of, requestId: uuidv7(), least: 9, need: 9 });
    await auditor.runDue();
    expect(said).toEqual([]);
    await sql(tampering.replace('ACCOUNT', of.accountId));
    await nextMinute();
    expect(said).toMatchObject([{ level: 'error', accounts: [of.accountId] }]);
  });

  it('goes on from its checkpoint while that moves, charge by charge, without a false alarm', async () => {
    await auditor.runDue();
    const old = `(substr(charge_first_id(now() - interval '20 minutes')::text, 1, 13) || substr(request_id::text, 14))::uuid`;
    for (let round = 0; round < 3; round += 1) {
      await charge(5);
      await ledger.points.reserve({ ...of, requestId: uuidv7(), least: 3, need: 3 });
      await nextMinute();
      // What was just charged is old by now; what comes below the bound later is explained by reading the account.
      await sql(`UPDATE charge SET request_id = ${old}`);
      await sql(`UPDATE point_entry SET created_at = created_at - interval '20 minutes'`);
      await nextMinute();
    }
    expect(said).toEqual([]);
    expect(await sql('SELECT owned FROM audit_checkpoint')).toEqual([{ owned: '955' }]);
    await sql('UPDATE point_account SET available = available - 1');
    await nextMinute();
    expect(said).toMatchObject([{ level: 'error' }]);
  });

  it('finds nightly what lies behind the checkpoint, in budgets too', async () => {
    await auditor.runDue();
    await ledger.addKey(of.accountId, { pointQuota: 10 });
    await sql('UPDATE key_budget SET quota_taken = 1');
    await nextMinute();
    expect(said).toEqual([]);
    await forget('full');
    await auditor.runDue();
    expect(said).toMatchObject([{ level: 'error', audit: 'full', accounts: [of.accountId], total: 1 }]);
    expect(await readGauges()).toMatchObject({
      'accounts_with_difference{audit="full"}': 1,
      'accounts_with_difference{audit="minute"}': 0,
    });
  });

  it('can be broken off, keeps nothing of that, and does it again', async () => {
    await auditor.runDue();
    await forget('minute');
    const lock = await ledger.database.pool('report').connect();
    await lock.query('BEGIN; LOCK TABLE hold IN ACCESS EXCLUSIVE MODE');
    const broken = auditor.runDue();
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await untilHolds(async () => expect((await lock.query(waiting)).rowCount).toBeGreaterThan(0));
    await auditor.stop();
    await expect(broken).rejects.toThrow('Connection terminated');
    await lock.query('ROLLBACK');
    lock.release();
    let kind = await auditor.runDue();
    for (let tries = 0; kind === null && tries < 50; tries += 1) {
      await new Promise((done) => setTimeout(done, 100));
      kind = await auditor.runDue();
    }
    expect(kind).toBe('minute');
    expect(said).toEqual([]);
  });
});
