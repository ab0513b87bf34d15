import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { makeCharge, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

const STATEMENT_MS = 200;

describe('a statement that was given up while the server still has it', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened), { statementMs: STATEMENT_MS, pauseMs: 5, reserveAgainMs: 0 });

  async function open(points: number) {
    const accountId = await ledger.addAccount(points);
    const apiKeyId = await ledger.addKey(accountId);
    const reserve = async (need: number) =>
      ledger.points.reserve({ accountId, apiKeyId, budgeted: false, requestId: uuidv7(), least: need, need });
    return { accountId, reserve };
  }

  /** Locks an account as long as the work takes. */
  async function whileLocked<T>(accountId: string, work: () => Promise<T>): Promise<T> {
    const client = await ledger.database.pool('report').connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM point_account WHERE account_id = $1 FOR UPDATE', [accountId]);
      return await work();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  async function untilKnown(): Promise<void> {
    while (!ledger.recovery.isOver) await pause(5);
  }

  it('takes no points any more once the process has read what it holds', async () => {
    const { accountId, reserve } = await open(100);
    await ledger.points.release(await reserve(10));
    await whileLocked(accountId, async () => {
      await expect(reserve(60)).rejects.toMatchObject({ code: 'ledger_unavailable' });
      await untilKnown();
    });
    await pause(50);
    const balance = (await ledger.points.balances([accountId])).get(accountId);
    expect(balance).toEqual({ availableMicropoints: 100, heldMicropoints: 0 });
  });

  it('charges its request once, however often the settle was repeated meanwhile', async () => {
    const { accountId, reserve } = await open(100);
    const hold = await reserve(60);
    const settling = whileLocked(accountId, async () => {
      const booking = ledger.points.settle(hold, makeCharge({ cost: 25 }));
      await pause(3 * STATEMENT_MS);
      return { booking };
    });
    expect(await (await settling).booking).toMatchObject({ funding: 'hold', points: 25 });
    expect(await ledger.available(accountId)).toBe(75);
  });
});
