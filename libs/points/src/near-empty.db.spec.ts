import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

const PAID = 1_000;
const ASKED = 5 * PAID;
const IN_FLIGHT = 96;
const NEED = 10;

describe('three processes and an account that pays for a fifth of what is asked', () => {
  let clone: ClonedDatabase;
  let ledgers: TestLedger[];

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledgers = await Promise.all([1, 2, 3].map(() => openLedger(clone.url)));
    for (const ledger of ledgers) await ledger.keeper.start();
    for (const ledger of ledgers) await ledger.keeper.beat();
  }, 60_000);

  afterAll(async () => {
    for (const ledger of ledgers) await ledger.keeper.stop();
    const [first] = ledgers;
    if (first) expect(await findLedgerFaults(first.database.pool('report'))).toEqual([]);
    for (const ledger of ledgers) await ledger.close();
    await clone.drop();
  });

  /** Sends the requests, so many of each hundred to each process; answers how many were charged and the least that was ever available. */
  async function serve(shares: readonly [number, number, number]) {
    const [first] = ledgers;
    const accountId = (await first?.addAccount(PAID * NEED)) ?? '';
    const key = { accountId, apiKeyId: (await first?.addKey(accountId)) ?? '', budgeted: false };
    let next = 0;
    let charged = 0;
    const one = async () => {
      while (next < ASKED) {
        const place = (next++ * 37) % 100;
        const ledger = ledgers[place < shares[0] ? 0 : place < shares[0] + shares[1] ? 1 : 2];
        if (!ledger) continue;
        const requestId = uuidv7();
        const reserve = async () => ledger.points.reserve({ ...key, requestId, least: NEED, need: NEED });
        const hold = await reserve().catch((error: { code: string }) => error.code);
        if (hold === 'account_point_insufficient') continue;
        if (typeof hold === 'string') throw new Error(hold);
        const { points } = await ledger.points.settle(hold, makeCharge({ requestId, cost: NEED }));
        charged += points;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
    return { charged: charged / NEED, balance: () => first?.points.balances([accountId]), accountId };
  }

  it('charge exactly what it pays for where traffic is even', async () => {
    const { charged } = await serve([34, 33, 33]);
    expect(charged).toBe(PAID);
  }, 60_000);

  it.each([
    [80, 15, 5],
    [98, 1, 1],
    [100, 0, 0],
  ] as const)(
    'charge at least 99 in 100 of it where they get %d, %d and %d, and lend nothing once they rest',
    async (...shares) => {
      const { charged, balance, accountId } = await serve(shares);
      expect(charged).toBeLessThanOrEqual(PAID);
      expect(charged).toBeGreaterThanOrEqual(PAID * 0.99);
      const atRest = { availableMicropoints: (PAID - charged) * NEED, heldMicropoints: 0 };
      await untilHolds(async () => expect((await balance())?.get(accountId)).toEqual(atRest));
    },
    60_000,
  );
});
