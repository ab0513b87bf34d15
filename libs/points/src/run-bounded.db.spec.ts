import { setTimeout as pause } from 'node:timers/promises';
import { runMigrations } from '@tokenbay/schema';
import { cloneDatabase, type ClonedDatabase, startPostgres, type TestPostgres } from '@tokenbay/testing';
import { uuidv7 } from '@tokenbay/platform';
import { Pool } from 'pg';
import { runBounded, Unanswered } from './run-bounded.js';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

describe('one connection for statements of bounded time', () => {
  let clone: ClonedDatabase;
  let pool: Pool;

  beforeAll(async () => {
    clone = await cloneDatabase({ empty: true });
    pool = new Pool({ connectionString: clone.url, max: 1 });
    pool.on('error', () => undefined);
  }, 60_000);

  afterAll(async () => {
    await pool.end();
    await clone.drop();
  });

  const processOf = async () => (await runBounded<[number]>(pool, { text: 'SELECT pg_backend_pid()' }, 5_000))[0]?.[0];

  it('is not given to the next caller while a statement that was given up may still run on it', async () => {
    const first = await processOf();
    const sleeping = await runBounded(pool, { text: 'SELECT pg_sleep(3)' }, 100).catch((error: unknown) => error);
    expect(sleeping).toBeInstanceOf(Unanswered);
    expect(sleeping).toMatchObject({ processId: first });
    const startedMs = performance.now();
    expect(await processOf()).not.toBe(first);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('serves the next caller after a statement that the server refused', async () => {
    const first = await processOf();
    await expect(runBounded(pool, { text: 'SELECT 1 / 0' }, 5_000)).rejects.toThrow('division by zero');
    expect(await processOf()).toBe(first);
  });

  it('leaves nothing behind that listens', async () => {
    for (let n = 0; n < 20; n += 1) await processOf();
    const client = await pool.connect();
    expect(client.listenerCount('notice')).toBe(0);
    client.release();
  });
});

describe('a database whose standby is to have every charge', () => {
  let postgres: TestPostgres;
  let ledger: TestLedger;

  beforeAll(async () => {
    postgres = await startPostgres();
    await runMigrations(postgres.url());
    ledger = await openLedger(postgres.url(), { statementMs: 8_000, settleMs: 60_000, pauseMs: 5 });
  }, 60_000);

  afterAll(async () => {
    await ledger.close();
    await postgres.stop();
  });

  /** Says which standby commits wait for; none is connected. */
  const awaitStandby = async (name: string) => {
    await ledger.database.tx.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await ledger.database.tx.query('SELECT pg_reload_conf()');
    let current: unknown;
    while (current !== name) {
      await pause(10);
      [{ current }] = await ledger.database.tx.query(`SELECT current_setting('synchronous_standby_names') AS current`);
    }
  };

  /** What an operator does to a statement that hangs; answers how many waited for the standby. */
  const cancelWaiting = async (): Promise<number> => {
    const rows: unknown[] = await ledger.database.tx.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`,
    );
    return rows.length;
  };

  it('has it before a settle resolves, although somebody cancels the wait', async () => {
    const accountId = await ledger.addAccount(100);
    const request = { requestId: uuidv7(), accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
    const hold = await ledger.points.reserve({ ...request, least: 60, need: 60 });
    await awaitStandby('far_away');
    const settling = ledger.points.settle(hold, makeCharge({ requestId: request.requestId, cost: 25 }));
    while ((await cancelWaiting()) === 0) await pause(10);
    expect(await Promise.race([settling.then(() => 'booked'), pause(500).then(() => 'waits')])).toBe('waits');
    await awaitStandby('');
    expect(await settling).toMatchObject({ funding: 'hold', points: 25 });
    expect(await ledger.available(accountId)).toBe(75);
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
  });
});
