import { asApplicationRole, createLogger, Database, uuidv7 } from '@tokenbay/platform';
import { FixedClock } from '@tokenbay/platform/testing';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { createDataSource, runMigrations } from '@tokenbay/schema';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { UsageKeeper } from './usage-keeper.js';
import { UsageKeepingRepository } from './usage-keeping.repository.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';
import { UsageTimes } from './usage-times.js';

const NOW = '2026-03-02T12:34:56.789Z';

describe('roll-ups of the usage log', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let database: Database;
  let usage: UsageService;
  let keeping: UsageKeepingRepository;
  let account: { accountId: string; apiKeyId: string };

  beforeEach(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url);
    database = open();
    usage = new UsageService(new UsageRepository(database), new FixedClock(NOW));
    keeping = new UsageKeepingRepository(database);
    account = await addAccount();
  }, 60_000);

  afterEach(async () => {
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
    await Promise.all([ledger.close(), database.stop()]);
    await clone.drop();
  });

  const open = () =>
    new Database({
      url: asApplicationRole(clone.url),
      applicationName: 'test',
      entities: [],
      logger: createLogger('test', 'silent'),
    });

  async function addAccount() {
    const accountId = await ledger.addAccount(1_000_000);
    return { accountId, apiKeyId: await ledger.addKey(accountId) };
  }

  const idAt = (at: string) => {
    const time = new Date(at).getTime().toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
  };

  async function book(at: string, cost = 1, of = account) {
    const requestId = idAt(at);
    const hold = await ledger.points.reserve({ ...of, requestId, budgeted: false, least: cost, need: cost });
    await ledger.points.settle(hold, makeCharge({ requestId, cost }));
  }

  const spent = async (of = account) => (await ledger.points.budgets([of.apiKeyId])).get(of.apiKeyId)!.usedMicropoints;
  const summed = async () => {
    const { rows } = await ledger.database
      .pool('report')
      .query<{ points: string }>('SELECT points FROM key_usage WHERE api_key_id = $1', [account.apiKeyId]);
    return Number(rows[0]?.points ?? 0);
  };
  const days = async (from: string, to: string) =>
    (await usage.summarize('day', { from: new Date(from), to: new Date(to) })).map(({ key, requests, ...sums }) => [
      key,
      requests,
      sums.chargeMicropoints,
    ]);
  const notes = async () => {
    const { rows } = await ledger.database
      .pool('report')
      .query<{ ids: number }>('SELECT coalesce(sum(cardinality(request_ids)), 0)::integer AS ids FROM charge_fresh');
    return rows[0]?.ids;
  };

  it('answer the same before, between and after they are made', async () => {
    const other = await addAccount();
    const answers = () =>
      Promise.all(
        (['account', 'apiKey', 'model', 'channel', 'day'] as const).flatMap((groupBy) =>
          [
            {},
            { accountId: other.accountId },
            { apiKeyId: account.apiKeyId },
            { model: 'gpt-4o-mini' },
            { model: 'x' },
          ].map((filter) => usage.summarize(groupBy, filter)),
        ),
      );
    await book('2026-03-01T10:59:59.999Z', 7);
    await book('2026-03-01T11:00:00.000Z', 11);
    await book('2026-03-01T11:00:00.000Z', 13, other);
    await keeping.rollUp(100);
    await book('2026-03-01T11:00:01.000Z', 17);
    await book('2026-03-02T12:00:00.000Z', 19, other);
    const between = await answers();
    expect(between[0]).toMatchObject([
      { key: account.accountId, requests: 3, chargeMicropoints: 35, tokens: { input: 30, output: 15 } },
      { key: other.accountId, requests: 2, chargeMicropoints: 32 },
    ]);
    expect(await notes()).toBe(2);
    await keeping.rollUp(100);
    expect(await notes()).toBe(0);
    expect(await answers()).toEqual(between);
  });

  it('count a request of any age once, whenever it is booked', async () => {
    await book('2026-03-02T12:34:00Z', 1);
    await keeping.rollUp(100);
    // Admitted before what is summed up already, long before, and by a clock that is years ahead.
    await book('2026-03-02T12:30:00Z', 2);
    await book('2026-02-27T00:00:00Z', 4);
    await book('2031-01-01T00:00:00Z', 8);
    expect(await spent()).toBe(15);
    expect(await days('2026-02-27T00:00:00Z', '2026-03-03T00:00:00Z')).toEqual([
      ['2026-02-27', 1, 4],
      ['2026-03-02', 2, 3],
    ]);
    await keeping.rollUp(100);
    expect(await spent()).toBe(15);
    expect(await days('2031-01-01T00:00:00Z', '2031-01-02T00:00:00Z')).toEqual([['2031-01-01', 1, 8]]);
  });

  it('count a charge that commits while they are being made neither twice nor never', async () => {
    await book('2026-03-02T12:00:00Z', 1);
    const late = await ledger.database.pool('settle').connect();
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO charge SELECT (jsonb_populate_record(c, jsonb_build_object('request_id', $1::text, 'points', 0))).* FROM charge AS c LIMIT 1`,
      [idAt('2026-03-02T11:00:00Z')],
    );
    await keeping.rollUp(100);
    expect(await days('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')).toEqual([['2026-03-02', 1, 1]]);
    await late.query('COMMIT');
    late.release();
    expect(await days('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')).toEqual([['2026-03-02', 2, 1]]);
    await keeping.rollUp(100);
    expect(await days('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')).toEqual([['2026-03-02', 2, 1]]);
  });

  it('lose and repeat nothing when their process dies in the middle', async () => {
    await book('2026-03-02T12:00:00Z', 5);
    const dying = await database.pool('settle').connect();
    dying.on('error', () => undefined);
    await dying.query('BEGIN');
    await dying.query('SELECT charge_roll_up(100)');
    // Another process finds the work taken, and readers see what was there before.
    expect(await keeping.rollUp(100)).toBe(0);
    expect(await spent()).toBe(5);
    dying.release(true);
    while ((await keeping.rollUp(100)) === 0) await new Promise((done) => setTimeout(done, 20));
    expect([await spent(), await summed(), await notes()]).toEqual([5, 5, 0]);
  });

  it('are exact at every moment while many charge and two processes make them', async () => {
    const second = new UsageKeepingRepository(ledger.database);
    const over = new AbortController();
    const rolling = [keeping, second].map(async (repository) => {
      while (!over.signal.aborted) await repository.rollUp(3);
    });
    let booked = 0;
    const seen: number[] = [];
    const looking = (async () => {
      while (!over.signal.aborted) {
        const before = booked;
        const [sum] = await usage.summarize('apiKey', { apiKeyId: account.apiKeyId });
        const requests = sum?.requests ?? 0;
        expect(requests).toBeGreaterThanOrEqual(Math.max(before, seen.at(-1) ?? 0));
        expect(requests).toBe(sum?.chargeMicropoints ?? 0);
        seen.push(requests);
      }
    })();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let n = 0; n < 25; n += 1) {
          await book(new Date(Date.parse(NOW) - Math.random() * 86_400_000).toISOString());
          booked += 1;
        }
      }),
    );
    over.abort();
    await Promise.all([...rolling, looking]);
    expect([await spent(), seen.length > 3]).toEqual([400, true]);
    while ((await keeping.rollUp(100)) > 0);
    expect([await summed(), await notes()]).toEqual([400, 0]);
  }, 60_000);

  it('answer pieces of an hour from the log itself', async () => {
    for (const minute of ['10:15', '10:45', '11:30', '12:15', '12:45']) await book(`2026-03-01T${minute}:00Z`, 1);
    const count = async (from: string, to: string) =>
      (await days(`2026-03-01T${from}:00Z`, `2026-03-01T${to}:00Z`))[0]?.[1] ?? 0;
    for (let round = 0; round < 2; round += 1) {
      expect(await count('10:30', '12:30')).toBe(3);
      expect(await count('10:00', '12:30')).toBe(4);
      expect(await count('10:30', '13:00')).toBe(4);
      expect(await count('10:20', '10:50')).toBe(1);
      expect(await count('10:20', '11:10')).toBe(1);
      expect(await count('10:16', '10:44')).toBe(0);
      await keeping.rollUp(100);
    }
  });

  it('hold what was charged before there were any', async () => {
    const source = await createDataSource(clone.url).initialize();
    const hasSums = async () =>
      (await source.query<unknown[]>(`SELECT WHERE to_regclass('usage_hour') IS NOT NULL`)).length > 0;
    while (await hasSums()) await source.undoLastMigration();
    await source.destroy();
    await book('2026-03-01T10:15:00Z', 21);
    await runMigrations(clone.url);
    expect([await spent(), await summed(), await notes()]).toEqual([21, 21, 0]);
    await book('2026-03-01T10:16:00Z', 2);
    expect(await days('2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z')).toEqual([['2026-03-01', 2, 23]]);
  });

  it('serve a key’s own view with two looks into an index, a round of housekeeping old at most', async () => {
    const keeper = new UsageKeeper(
      keeping,
      Object.assign(new UsageTimes(), { rollUpMs: 10 }),
      createLogger('test', 'silent'),
    );
    await book('2026-03-02T12:00:00Z', 3);
    expect([await summed(), await spent()]).toEqual([0, 3]);
    keeper.onApplicationBootstrap();
    while ((await summed()) === 0) await new Promise((done) => setTimeout(done, 10));
    expect(await summed()).toBe(3);
    await keeper.onApplicationShutdown();
  });
});
