import { asApplicationRole, createLogger, Database, uuidv7 } from '@tokenbay/platform';
import { FixedClock } from '@tokenbay/platform/testing';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { UsageKeepingRepository } from './usage-keeping.repository.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

const MONTHS_KEPT = 13;

interface Booking {
  readonly at: string;
  readonly cost: number;
}

let clone: ClonedDatabase;
let ledger: TestLedger;
let database: Database;
let usage: UsageService;
let keeping: UsageKeepingRepository;
let account: { accountId: string; apiKeyId: string; budgeted: boolean };

beforeEach(async () => {
  clone = await cloneDatabase();
  ledger = await openLedger(clone.url);
  const url = asApplicationRole(clone.url);
  database = new Database({ url, applicationName: 'test', entities: [], logger: createLogger('test', 'silent') });
  usage = new UsageService(new UsageRepository(database), new FixedClock('2024-04-01T00:00:00Z'));
  keeping = new UsageKeepingRepository(database);
  account = await addAccount();
}, 60_000);

afterEach(async () => {
  expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
  await Promise.all([ledger.close(), database.stop()]);
  await clone.drop();
});

const query = <Row>(sql: string, values: unknown[] = []) => ledger.database.tx.query<Row[]>(sql, values);

async function addAccount() {
  const accountId = await ledger.addAccount(1_000);
  return { accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
}

const addMonth = (year: number, month: number) =>
  query(`CREATE TABLE charge_${year}_0${month} PARTITION OF charge
    FOR VALUES FROM (charge_first_id('${year}-0${month}-01Z')) TO (charge_first_id('${year}-0${month + 1}-01Z'))`);

function idAt(at: string): string {
  const time = new Date(at).getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
}

async function book({ at, cost }: Booking, of = account): Promise<string> {
  const requestId = idAt(at);
  const hold = await ledger.points.reserve({ ...of, requestId, least: cost, need: cost });
  await ledger.points.settle(hold, makeCharge({ requestId, cost }));
  return requestId;
}

const bookNow = () => book({ at: new Date().toISOString(), cost: 1 });

async function partitions(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'charge'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function partitionOf(requestId: string): Promise<string | undefined> {
  const [row] = await query<{ name: string }>(
    'SELECT tableoid::regclass::text AS name FROM charge WHERE request_id = $1',
    [requestId],
  );
  return row?.name;
}

const spent = async () => (await ledger.points.budgets([account.apiKeyId])).get(account.apiKeyId)!.usedMicropoints;

describe('a month of the usage log that need not be kept', () => {
  it('goes, and leaves the sums by which the books still balance', async () => {
    await addMonth(2024, 1);
    await addMonth(2024, 2);
    const gone = await book({ at: '2024-01-31T23:59:59.999Z', cost: 5 });
    await book({ at: '2024-01-02T00:30:00Z', cost: 7 });
    const kept = await book({ at: '2024-02-01T00:00:00Z', cost: 11 });
    await bookNow();
    const range = { from: new Date('2024-01-01T00:00:00Z'), to: new Date('2024-03-01T00:00:00Z') };
    const before = await usage.summarize('day', range);
    expect(await keeping.retireNext(MONTHS_KEPT)).toEqual(new Date('2024-02-01T00:00:00Z'));
    expect(await partitions()).not.toContain('charge_2024_01');
    expect(await query('SELECT requests, points, uncollected FROM charge_retired')).toEqual([
      { requests: '2', points: '12', uncollected: '0' },
    ]);
    expect(await usage.summarize('day', range)).toEqual(before);
    expect(await spent()).toBe(24);
    await expect(usage.getReceipt(gone)).rejects.toMatchObject({ code: 'not_found' });
    expect((await usage.getReceipt(kept)).chargeMicropoints).toBe(11);
    expect(await usage.list({ to: range.to }, { limit: 10 })).toMatchObject({ rows: [{ requestId: kept }] });
  });

  it('goes oldest first, one by one, and never before its time', async () => {
    for (const month of [1, 2, 3]) await addMonth(2024, month);
    await book({ at: '2024-03-15T00:00:00Z', cost: 1 });
    // The newest request is as old as that: whatever the clock says, nothing is known to be outdated.
    expect(await keeping.retireNext(2)).toBeNull();
    await bookNow();
    for (const until of ['2024-02-01', '2024-03-01', '2024-04-01'])
      expect(await keeping.retireNext(MONTHS_KEPT)).toEqual(new Date(`${until}T00:00:00Z`));
    const left = await partitions();
    expect(await keeping.retireNext(MONTHS_KEPT)).toBeNull();
    expect(await partitions()).toEqual(left);
    expect(left).toHaveLength(4);
    await expect(keeping.retireNext(1)).rejects.toThrow('a month may still count');
    await expect(keeping.retireNext(0)).rejects.toThrow('a month may still count');
  });

  it('can be asked only for whole hours', async () => {
    await addMonth(2024, 1);
    await book({ at: '2024-01-02T00:30:00Z', cost: 7 });
    await bookNow();
    const half = { from: new Date('2024-01-02T00:15:00Z'), to: new Date('2024-01-03T00:00:00Z') };
    expect(await usage.summarize('day', half)).toMatchObject([{ chargeMicropoints: 7 }]);
    await keeping.retireNext(MONTHS_KEPT);
    await expect(usage.summarize('day', half)).rejects.toMatchObject({
      code: 'invalid_request',
      options: { message: 'Before 2024-02-01T00:00:00.000Z, from and to must be whole hours.' },
    });
    expect(await usage.summarize('day', { ...half, from: new Date('2024-01-02T00:00:00Z') })).toMatchObject([
      { chargeMicropoints: 7 },
    ]);
  });

  it('is accounted for where its requests lay in no partition of their own', async () => {
    await book({ at: '2024-01-15T00:00:00Z', cost: 3 });
    await book({ at: '1999-01-15T00:00:00Z', cost: 4 });
    await bookNow();
    expect(await keeping.retireNext(MONTHS_KEPT)).not.toBeNull();
    expect(await keeping.retireNext(MONTHS_KEPT)).toBeNull();
    expect(await query('SELECT count(*)::integer AS lines FROM charge')).toEqual([{ lines: 1 }]);
    expect(await spent()).toBe(8);
  });

  it('counts for a quota on and on, until the quota is set anew', async () => {
    const apiKeyId = await ledger.addKey(account.accountId, { pointQuota: 100 });
    const of = { ...account, apiKeyId, budgeted: true };
    await addMonth(2024, 1);
    await book({ at: '2024-01-15T00:00:00Z', cost: 30 }, of);
    await bookNow();
    // As time would have done it: the key was not used since, and its month is over.
    await endWindows(apiKeyId);
    await keeping.retireNext(MONTHS_KEPT);
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
    const quota = async () => (await ledger.points.budgets([apiKeyId])).get(apiKeyId);
    expect(await quota()).toMatchObject({ usedMicropoints: 30, remainingMicropoints: 70 });
    await ledger.points.setBudget(ledger.database.tx, apiKeyId, { pointQuota: null, pointLimits: [], timeZone: 'UTC' });
    await ledger.points.setBudget(ledger.database.tx, apiKeyId, { pointQuota: 50, pointLimits: [], timeZone: 'UTC' });
    expect(await quota()).toMatchObject({ usedMicropoints: 0, remainingMicropoints: 50 });
  });

  it('stays while a limit still counts one of its requests', async () => {
    const apiKeyId = await ledger.addKey(account.accountId, { pointLimits: [{ period: 'month', points: 100 }] });
    await addMonth(2024, 1);
    // Its id is old, but it was admitted in the window that runs now: some clock was wrong.
    await book({ at: '2024-01-15T00:00:00Z', cost: 30 }, { ...account, apiKeyId, budgeted: true });
    await bookNow();
    await expect(keeping.retireNext(MONTHS_KEPT)).rejects.toThrow(`a limit of key ${apiKeyId} still counts`);
    expect(await partitions()).toContain('charge_2024_01');
    expect(await query('SELECT FROM charge_retired')).toEqual([]);
    await endWindows(apiKeyId);
    expect(await keeping.retireNext(MONTHS_KEPT)).not.toBeNull();
  });

  const endWindows = (apiKeyId: string) =>
    query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 year', day_start = day_start - interval '1 year',
        week_start = week_start - interval '1 year', month_start = month_start - interval '1 year' WHERE api_key_id = $1`,
      [apiKeyId],
    );

  it('keeps its requests’ ids closed for ever: whoever still books one is refused, once and again', async () => {
    await addMonth(2024, 1);
    const booked = await book({ at: '2024-01-15T00:00:00Z', cost: 5 });
    await bookNow();
    await keeping.retireNext(MONTHS_KEPT);
    const never = idAt('2024-01-16T00:00:00Z');
    for (const requestId of [booked, never])
      for (const isFirst of [true, false]) {
        const of = { ...account, requestId, least: 20, need: 20 };
        const otherId = uuidv7();
        const other = await ledger.points.reserve({ ...of, requestId: otherId });
        const hold = await ledger.points.reserve(of);
        const [outcome, beside] = await Promise.all([
          ledger.points.settle(hold, makeCharge({ requestId, cost: 20 })),
          ledger.points.settle(other, makeCharge({ requestId: otherId, cost: 0 })),
        ]);
        expect([isFirst, outcome]).toMatchObject([isFirst, { funding: 'refused', points: 0, uncollected: 20 }]);
        expect(beside).toMatchObject({ funding: 'hold', repeated: false });
      }
    await ledger.holds.recover();
    expect(await ledger.available(account.accountId)).toBe(994);
    expect(await spent()).toBe(6);
  });
});

describe('partitions of the usage log', () => {
  const monthName = (ahead: number) => {
    const now = new Date();
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 2));
    return { name: `charge_${month.toISOString().slice(0, 7).replace('-', '_')}`, at: month.toISOString() };
  };

  it('are made by whoever may not touch them, and take up what was booked before they were there', async () => {
    const [now, next] = [monthName(0), monthName(1)];
    // As after a stop of months: nobody prepared anything meanwhile.
    for (const ahead of [0, 1, 2]) await query(`DROP TABLE ${monthName(ahead).name}`);
    const ids = [await book({ at: now.at, cost: 2 }), await book({ at: next.at, cost: 3 }), await bookNow()];
    const stray = await book({ at: '2099-01-01T00:00:00Z', cost: 4 });
    expect(await partitions()).toEqual(['charge_other']);
    await Promise.all([keeping.preparePartitions(), keeping.preparePartitions()]);
    expect(await Promise.all(ids.map(partitionOf))).toEqual([now.name, next.name, now.name]);
    expect(await partitionOf(stray)).toBe('charge_other');
    expect(await partitions()).toHaveLength(4);
    expect(await spent()).toBe(10);
    expect((await usage.list({}, { limit: 10 })).rows).toHaveLength(4);
    // Booked once is booked once, wherever it lies now.
    const again = await ledger.points.reserve({ ...account, requestId: ids[0]!, least: 2, need: 2 });
    expect(await ledger.points.settle(again, makeCharge({ requestId: ids[0]!, cost: 2 }))).toMatchObject({
      repeated: true,
    });
  });

  it('lock no charge out while they are made', async () => {
    await query(`DROP TABLE ${monthName(2).name}`);
    const preparing = await database.pool('report').connect();
    await preparing.query('BEGIN');
    await preparing.query('SELECT charge_prepare_partitions()');
    await bookNow();
    await preparing.query('COMMIT');
    preparing.release();
    expect(await spent()).toBe(1);
  });

  it('are not made for months that were given up, whatever the clock says', async () => {
    await bookNow();
    await query(
      `UPDATE charge_horizon SET kept_from = charge_first_id(date_trunc('month', now()) + interval '3 months')`,
    );
    await query(`DROP TABLE ${monthName(1).name}`);
    await keeping.preparePartitions();
    expect(await partitions()).not.toContain(monthName(1).name);
  });
});
