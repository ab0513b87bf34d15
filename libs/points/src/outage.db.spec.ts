import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { runMigrations } from '@tokenbay/schema';
import { startPostgres, type TestPostgres } from '@tokenbay/testing';
import type { Charge } from './charge.js';
import type { Hold } from './hold.js';
import { SettleLine } from './settle-line.js';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

const TIMES = { statementMs: 300, settleMs: 4_000, reserveAgainMs: 100, sweepMs: 0, leaseMs: 60_000 };

describe('the ledger without its database', () => {
  let postgres: TestPostgres;
  let ledger: TestLedger;
  let of: { accountId: string; apiKeyId: string; budgeted: boolean };

  beforeAll(async () => {
    postgres = await startPostgres({ durable: true });
    await runMigrations(postgres.url());
    ledger = await openLedger(postgres.url(), TIMES);
    const accountId = await ledger.addAccount(1_000);
    of = { accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
  }, 60_000);

  afterEach(async () => {
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
  });

  afterAll(async () => {
    await ledger.close();
    await postgres.stop();
  });

  /** Books past the process's own memory, as a batch does whose answer is never heard. */
  const settleBare = (hold: Hold, charge: Charge) =>
    ledger.ledger.settle(hold.ownerId, [new SettleLine(hold, charge, true)]);

  const reserve = async () => ledger.points.reserve({ ...of, requestId: uuidv7(), least: 100, need: 100 });

  /** Freezes every process of the server, so that connections stand but nothing answers. */
  async function freeze(): Promise<() => void> {
    const { rows } = await ledger.database
      .pool('report')
      .query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'`);
    const pids = [...rows.map(({ pid }) => pid), postgres.pid];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    return () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'));
  }

  it('refuses within a bounded time, and a reserve that went through unheard costs nobody anything', async () => {
    await ledger.points.release(await reserve());
    const thaw = await freeze();
    const startedMs = performance.now();
    const refusals = await Promise.allSettled(Array.from({ length: 4 }, reserve));
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    thaw();
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        status: 'rejected',
        reason: { code: 'ledger_unavailable', options: { retryAfterSeconds: 2 } },
      });
    await pause(300);
    await ledger.holds.recover();
    expect(await ledger.available(of.accountId)).toBe(1_000);
  }, 60_000);

  it('settles across a short freeze exactly once', async () => {
    const hold = await reserve();
    const thaw = await freeze();
    const settling = ledger.points.settle(hold, makeCharge({ cost: 40 }));
    await pause(500);
    thaw();
    expect(await settling).toMatchObject({ points: 40 });
    expect(await ledger.available(of.accountId)).toBe(960);
  }, 60_000);

  it('does not charge an answer that was cut because it could not be booked in time', async () => {
    const hold = await reserve();
    const before = (await ledger.available(of.accountId)) + 100;
    const charge = makeCharge({ cost: 40 });
    const thaw = await freeze();
    await expect(ledger.points.settle(hold, charge)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    thaw();
    await pause(300);
    await ledger.holds.recover();
    expect(await ledger.available(of.accountId)).toBe(before);
    const [late] = await settleBare(hold, charge);
    expect(late?.repeated).toBe(true);
    expect(await ledger.available(of.accountId)).toBe(before);
  }, 60_000);

  it('refunds a charge that was booked although its answer was cut, once', async () => {
    const hold = await reserve();
    const before = (await ledger.available(of.accountId)) + 100;
    const charge = makeCharge({ cost: 40 });
    await settleBare(hold, charge);
    const thaw = await freeze();
    await expect(ledger.points.settle(hold, charge)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    thaw();
    await ledger.holds.recover();
    await ledger.holds.recover();
    expect(await ledger.available(of.accountId)).toBe(before);
  }, 60_000);

  it('works again by itself after Postgres was killed and restarted', async () => {
    const hold = await reserve();
    await postgres.halt('immediate');
    await expect(reserve()).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await ledger.points.release(hold);
    await postgres.start();
    const next = await reserve();
    expect(await ledger.points.settle(next, makeCharge({ cost: 1 }))).toMatchObject({ funding: 'hold', points: 1 });
    await ledger.keeper.beat();
    expect((await ledger.points.balances([of.accountId])).get(of.accountId)?.heldMicropoints).toBe(0);
  }, 60_000);
});
