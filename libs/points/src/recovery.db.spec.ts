import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import type { KeyBudget } from './key-points.js';
import { findMemoryFaults } from './testing/find-memory-faults.js';
import { closeGate, type Gate } from './testing/gate.js';
import { makeCharge, type TestLedger } from './testing/index.js';
import { makeBusy } from './testing/make-busy.js';
import { useLedger } from './testing/use-ledger.js';

/** The statements as any method may be replaced by another. */
type Statements = Record<'reserve' | 'settle' | 'listHolds', (...args: never[]) => Promise<unknown>>;

describe('what a process lends while it finds out what it holds', () => {
  let ledger: TestLedger;
  let statements: Statements;
  const gates: Gate[] = [];
  useLedger(
    (opened) => {
      ledger = opened;
      statements = opened.ledger;
    },
    { pauseMs: 5, idleMs: 0 },
  );

  function close(name: keyof Statements): Gate {
    const gate = closeGate(statements, name);
    gates.push(gate);
    return gate;
  }

  afterEach(async () => {
    // Of a test that failed: the next one waits for nobody.
    for (const gate of gates.splice(0)) gate.open();
    expect(await findMemoryFaults(ledger)).toEqual([]);
  });

  async function open(points: number, budget?: Partial<KeyBudget>) {
    const accountId = await ledger.addAccount(points);
    const key = { accountId, apiKeyId: await ledger.addKey(accountId, budget), budgeted: budget !== undefined };
    const reserve = async (need: number) => ledger.points.reserve({ ...key, requestId: uuidv7(), least: need, need });
    return { ...key, reserve };
  }

  const isWaiting = (promise: Promise<unknown>) =>
    Promise.race([promise.then(() => false), pause(50).then(() => true)]);

  it('is nothing from memory', async () => {
    const account = await open(1_000_000);
    const escrow = await makeBusy(ledger, account, 10);
    const first = await account.reserve(10);
    expect(escrow.free).toBeGreaterThan(100);
    const gate = close('listHolds');
    const recovering = ledger.recovery.run();
    await gate.arrived(1);
    const second = account.reserve(10);
    expect(await isWaiting(second)).toBe(true);
    gate.open();
    await recovering;
    for (const hold of [first, await second]) await ledger.points.release(hold);
  });

  it('counts no answer twice that was on its way when its holds were read', async () => {
    const account = await open(100);
    const gate = close('reserve');
    const reserving = account.reserve(50);
    await gate.arrived(1);
    const recovering = ledger.recovery.run();
    expect(await isWaiting(recovering)).toBe(true);
    gate.open();
    const { escrow } = await reserving;
    expect([escrow.free, escrow.taken]).toEqual([0, 50]);
    await recovering;
    await ledger.points.release(await reserving);
  });

  it('counts no charge twice that was on its way when its holds were read', async () => {
    const account = await open(100);
    const hold = await account.reserve(60);
    const gate = close('settle');
    const settling = ledger.points.settle(hold, makeCharge({ cost: 25 }));
    await gate.arrived(1);
    const recovering = ledger.recovery.run();
    expect(await isWaiting(recovering)).toBe(true);
    gate.open();
    expect(await settling).toMatchObject({ funding: 'hold', points: 25 });
    await recovering;
    expect(await findMemoryFaults(ledger)).toEqual([]);
  });

  it('comes from a hold that the ledger has otherwise than remembered, once that was read', async () => {
    const account = await open(100);
    const first = await account.reserve(10);
    await ledger.database.tx.query('UPDATE hold SET sequence = sequence + 5 WHERE account_id = $1', [
      account.accountId,
    ]);
    const second = await account.reserve(20);
    expect(second.points).toBe(20);
    for (const hold of [first, second]) await ledger.points.release(hold);
    expect(await ledger.available(account.accountId)).toBe(100);
  });

  it('is nothing of a window that is over', async () => {
    const account = await open(1_000_000, { pointLimits: [{ period: 'hour', points: 500_000 }] });
    const first = await account.reserve(10);
    await ledger.database.tx.query(
      `UPDATE key_budget SET window_end = clock_timestamp() + interval '2 s' WHERE api_key_id = $1`,
      [account.apiKeyId],
    );
    const escrow = await makeBusy(ledger, account, 10);
    const second = await account.reserve(10);
    expect(second.escrow).toBe(escrow);
    expect(escrow.free).toBeGreaterThan(100);
    await pause(2_050);
    const third = await account.reserve(10);
    expect([third.windowNo, third.holdNo]).toEqual([first.windowNo + 1, first.holdNo + 1]);
    for (const hold of [first, second, third]) await ledger.points.release(hold);
    await ledger.holds.recover();
  });
});
