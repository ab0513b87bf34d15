import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { runMigrations } from '@tokenbay/schema';
import { startPostgres, type TestPostgres } from '@tokenbay/testing';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

const WAITING = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;

describe('the ledger with a synchronous standby that is away', () => {
  let postgres: TestPostgres;
  let ledger: TestLedger;
  let of: { accountId: string; apiKeyId: string; budgeted: boolean };

  beforeAll(async () => {
    postgres = await startPostgres({ durable: true });
    await runMigrations(postgres.url());
    ledger = await openLedger(postgres.url(), { statementMs: 5_000 });
    const accountId = await ledger.addAccount(1_000);
    of = { accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
  }, 60_000);

  beforeEach(async () => {
    // A registration is durable, so it has to be there before the standby goes.
    await ledger.keeper.beat();
    await setStandby('nobody');
  });

  afterEach(async () => {
    await setStandby('');
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
  });

  afterAll(async () => {
    await ledger.close();
    await postgres.stop();
  });

  const sql = (text: string) => ledger.database.pool('report').query<{ pid: number }>(text);

  async function setStandby(names: string): Promise<void> {
    await sql(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    await sql('SELECT pg_reload_conf()');
    await pause(100);
  }

  async function waiters(): Promise<number[]> {
    for (let tries = 0; tries < 200; tries += 1) {
      const { rows } = await sql(WAITING);
      if (rows.length > 0) return rows.map(({ pid }) => pid);
      await pause(10);
    }
    return [];
  }

  const reserve = () => ledger.points.reserve({ ...of, requestId: uuidv7(), least: 100, need: 100 });

  it('lends points all the same: a reserve may be forgotten', async () => {
    await ledger.points.release(await reserve());
  });

  it('takes a charge whose wait was cancelled for not booked yet, and resolves once the standby has it', async () => {
    const hold = await reserve();
    let isBooked = false;
    const settled = ledger.points.settle(hold, makeCharge({ cost: 5 })).then((outcome) => {
      isBooked = true;
      return outcome;
    });
    const [first] = await waiters();
    expect(first).toBeDefined();
    await sql(`SELECT pg_cancel_backend(${first})`);
    await pause(300);
    const [second] = await waiters();
    expect(second).not.toBe(first);
    expect(isBooked).toBe(false);
    await setStandby('');
    expect(await settled).toMatchObject({ repeated: true, points: 5, funding: 'hold' });
  });
});
