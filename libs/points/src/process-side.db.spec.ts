import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { Escrow } from './escrow.js';
import { Hold } from './hold.js';
import { Registration } from './escrow.js';
import { Unanswered } from './run-bounded.js';
import { SettleLine } from './settle-line.js';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';
import { findMemoryFaults } from './testing/find-memory-faults.js';
import { closeGate } from './testing/gate.js';
import { makeBusy } from './testing/make-busy.js';

/** The statements as any method may be replaced by another. */
type Statements = Record<'reserve' | 'settle', (...args: never[]) => Promise<unknown>>;

describe('memory and ledger of one process', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let statements: Statements;

  beforeAll(async () => {
    clone = await cloneDatabase();
  }, 60_000);

  beforeEach(async () => {
    ledger = await openLedger(clone.url, { pauseMs: 5, staleSettleMs: 100, idleMs: 0 });
    statements = ledger.ledger;
  });

  afterEach(async () => {
    expect(await findMemoryFaults(ledger)).toEqual([]);
    await ledger.holds.close();
    await ledger.instance.stop();
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
    await ledger.close();
  });

  afterAll(() => clone.drop());

  async function open(points: number) {
    const accountId = await ledger.addAccount(points);
    const apiKeyId = await ledger.addKey(accountId);
    const key = { accountId, apiKeyId, budgeted: false };
    const reserve = async (need: number, least = need) =>
      ledger.points.reserve({ ...key, requestId: uuidv7(), least, need });
    return { ...key, reserve };
  }

  /** An account busy enough to be lent points ahead. */
  async function openBusy(points: number, need: number) {
    const account = await open(points);
    const escrow = await makeBusy(ledger, account, need);
    return { ...account, escrow };
  }

  it('never refuses a request because of an answer to those who came before it', async () => {
    const { accountId, reserve } = await open(10);
    const gate = closeGate(statements, 'reserve');
    const first = reserve(50).catch((error: { code: string }) => error.code);
    await gate.arrived(1);
    const credit = { accountId, amount: 100, reason: 'more', idempotencyKey: 'more' };
    await ledger.database.transaction((tx) => ledger.points.credit(tx, credit));
    const second = reserve(50);
    gate.open();
    expect(await first).toBe('account_point_insufficient');
    expect(await second).toMatchObject({ points: 50 });
    await ledger.points.release(await second);
  });

  it('promises free points to nobody else while who was promised them waits', async () => {
    const { reserve, escrow } = await openBusy(1_000_000, 10);
    const holds = [await reserve(10)];
    expect(escrow.free).toBe(510);
    const gate = closeGate(statements, 'reserve');
    // More than a part in a hundred: nothing is lent ahead with it that could make up for what another took.
    const large = reserve(20_000);
    await gate.arrived(1);
    const small = reserve(500);
    gate.open();
    holds.push(await large, await small);
    expect(holds.map(({ points }) => points)).toEqual([10, 20_000, 500]);
    expect(await findMemoryFaults(ledger)).toEqual([]);
    for (const hold of holds) await ledger.points.settle(hold, makeCharge({ cost: hold.points }));
  });

  it('answers everybody who waits when it was declared dead, in the batch and behind it', async () => {
    const accounts = await Promise.all([open(100), open(100), open(100)]);
    const { id } = await ledger.instance.register();
    const gate = closeGate(statements, 'reserve');
    const first = accounts[0].reserve(10);
    await gate.arrived(1);
    const others = accounts.map(({ reserve }) => reserve(10));
    await ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [id]);
    gate.open();
    const holds = await Promise.all(others);
    expect(new Set(holds.map(({ ownerId }) => ownerId))).toEqual(new Set([ledger.instance.current?.id]));
    expect(ledger.instance.current?.id).not.toBe(id);
    expect((await first).ownerId).toBe(id);
    expect(await ledger.points.settle(await first, makeCharge({ cost: 10 }))).toMatchObject({ funding: 'account' });
    for (const hold of holds) await ledger.points.release(hold);
  });

  it('counts as free what a booking left: all of it, where its hold did not pay', () => {
    const free = (isPaid: boolean) => {
      const escrow = new Escrow(new Registration('x'), 1, '1', null);
      escrow.free = 100;
      const request = { requestId: '', accountId: '1', apiKeyId: '1', budgeted: false, least: 60, need: 60 };
      const hold = new Hold(escrow, request, escrow.take(request, 60));
      new SettleLine(hold, makeCharge({ cost: 25 }), true).finish(isPaid);
      return [escrow.free, escrow.taken];
    };
    expect(free(true)).toEqual([75, 0]);
    expect(free(false)).toEqual([100, 0]);
  });

  it('lends nobody what is on its way back', async () => {
    const { reserve, escrow } = await openBusy(1_000_000, 10);
    const kept = await reserve(10);
    expect(escrow.free).toBe(510);
    escrow.demand.forget();
    const gate = closeGate(statements, 'reserve');
    const ticking = ledger.holds.tick();
    await gate.arrived(1);
    const next = reserve(10);
    expect(await Promise.race([next.then(() => 'lent'), pause(30).then(() => 'waits')])).toBe('waits');
    gate.open();
    await ticking;
    for (const hold of [kept, await next]) await ledger.points.release(hold);
  });

  it('deletes holds that were empty for long, and never uses their numbers again', async () => {
    const { reserve } = await open(100);
    const first = await reserve(10);
    await ledger.points.release(first);
    await ledger.holds.forget();
    expect(await ledger.ledger.listHolds(first.ownerId)).toHaveLength(1);
    first.escrow.usedAtMs = -Infinity;
    await ledger.holds.forget();
    expect(await ledger.ledger.listHolds(first.ownerId)).toEqual([]);
    const second = await reserve(10);
    expect(second.holdNo).toBeGreaterThan(first.holdNo);
    await ledger.points.release(second);
  });

  it('serves requests from memory while an account is busy, and gives everything back once it rests', async () => {
    const { accountId, reserve } = await openBusy(1_000_000, 10);
    let asked = 0;
    const original = statements.reserve;
    statements.reserve = (...args) => {
      asked += 1;
      return original.apply(ledger.ledger, args);
    };
    const holds = [];
    for (let n = 0; n < 40; n += 1) holds.push(await reserve(10));
    expect(asked).toBe(1);
    await Promise.all(holds.map((hold) => ledger.points.settle(hold, makeCharge({ cost: 5 }))));
    expect(await ledger.points.balances([accountId])).toEqual(
      new Map([[accountId, { availableMicropoints: 999_800, heldMicropoints: 0 }]]),
    );
  });

  it('is lent nothing ahead near empty, where a part in a hundred is less than one request', async () => {
    const { reserve, escrow } = await openBusy(900, 10);
    const hold = await reserve(10);
    expect(escrow.free).toBe(0);
    await ledger.points.release(hold);
  });

  it('lends nothing from memory once its lease may be over', async () => {
    const { reserve, escrow } = await openBusy(1_000_000, 10);
    const hold = await reserve(10);
    await ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [hold.ownerId]);
    Object.assign(ledger.instance, { leasedUntilMs: -Infinity });
    expect(escrow.free).toBeGreaterThan(10);
    const next = await reserve(10);
    expect(next.ownerId).not.toBe(hold.ownerId);
    await ledger.points.release(next);
  });

  it.each(['before', 'after'])('finds out what it holds where a reserve is lost %s its commit', async (when) => {
    const { accountId, reserve } = await open(100);
    const original = statements.reserve;
    statements.reserve = async (...args) => {
      statements.reserve = original;
      if (when === 'after') await original.apply(ledger.ledger, args);
      throw new Unanswered(new Error('cut'), null);
    };
    const hold = await reserve(60);
    expect(hold.points).toBe(60);
    expect(await findMemoryFaults(ledger)).toEqual([]);
    await ledger.points.settle(hold, makeCharge({ cost: 25 }));
    expect(await ledger.available(accountId)).toBe(75);
  });

  it.each(['before', 'after'])('books once where a settle is lost %s its commit', async (when) => {
    const { accountId, reserve } = await open(100);
    const original = statements.settle;
    statements.settle = async (...args) => {
      statements.settle = original;
      if (when === 'after') await original.apply(ledger.ledger, args);
      throw new Unanswered(new Error('cut'), null);
    };
    const hold = await reserve(60);
    expect(await ledger.points.settle(hold, makeCharge({ cost: 25 }))).toMatchObject({ funding: 'hold', points: 25 });
    expect(await ledger.available(accountId)).toBe(75);
  });

  it('leaves a row that the ledger refuses out of its batch, and books all others', async () => {
    const { accountId, reserve } = await open(1_000);
    const lines = [];
    for (let n = 0; n < 7; n += 1) lines.push(new SettleLine(await reserve(10), makeCharge({ cost: 10 }), true));
    Object.assign(lines[3]!.row, { status: 1_000_000 });
    for (const line of lines) ledger.settles.push(line);
    const outcomes = await Promise.allSettled(lines.map(({ promise }) => promise));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true, true]);
    expect(outcomes[3]).toMatchObject({ reason: { code: 'internal_error' } });
    await ledger.holds.recover();
    expect(await ledger.available(accountId)).toBe(940);
  });

  it('admits nobody while a charge waits too long for the disk', async () => {
    const { reserve } = await open(1_000);
    const hold = await reserve(10);
    const gate = closeGate(statements, 'settle');
    const settling = ledger.points.settle(hold, makeCharge({ cost: 10 }));
    await pause(150);
    await expect(reserve(10)).rejects.toMatchObject({
      code: 'ledger_unavailable',
      options: { retryAfterSeconds: 2 },
    });
    gate.open();
    await settling;
    await ledger.points.release(await reserve(10));
  });
});
