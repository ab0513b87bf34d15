import { setTimeout as pause } from 'node:timers/promises';
import { MetricsRegistry, uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { LedgerMetrics } from './ledger-metrics.js';
import { Unanswered } from './run-bounded.js';
import { closeGate } from './testing/gate.js';
import { makeCharge, openLedger, type TestLedger } from './testing/index.js';

describe('the metrics of the ledger', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let registry: MetricsRegistry;
  let of: { accountId: string; apiKeyId: string; budgeted: boolean };

  beforeEach(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url, { settleMs: 300, pauseMs: 20 });
    registry = new MetricsRegistry();
    new LedgerMetrics(registry, ledger.instance, ledger.reserves, ledger.settles, ledger.recovery, ledger.ledger);
    const accountId = await ledger.addAccount(1_000);
    of = { accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
  }, 60_000);

  afterEach(async () => {
    await ledger.close();
    await clone.drop();
  });

  const reserve = () => ledger.points.reserve({ ...of, requestId: uuidv7(), least: 100, need: 100 });

  /** From now on charges are booked, and the answer never comes back. Answers how it does again. */
  function hearNoAnswer(): () => void {
    const { ledger: database } = ledger;
    const { settle } = database;
    database.settle = async (...args) => {
      await settle.apply(database, args);
      throw new Unanswered(new Error('cut'), null);
    };
    return () => void (database.settle = settle);
  }

  async function read(): Promise<Record<string, number>> {
    const text = await registry.metrics();
    return Object.fromEntries(
      [...text.matchAll(/^tokenbay_ledger_(\S+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  }

  it('tells of holds and of who lives', async () => {
    expect(await read()).toMatchObject({ fenced: 1, holds: 0, live_processes: 0 });
    await ledger.keeper.beat();
    await reserve();
    expect(await read()).toMatchObject({
      fenced: 0,
      holds: 1,
      live_processes: 1,
      taken_micropoints: 100,
      headroom_micropoints: 0,
      recovering: 0,
      doubts: 0,
    });
  });

  it('counts batches by lane, with their lines and how long they took', async () => {
    const holds = await Promise.all([reserve(), reserve(), reserve()]);
    await Promise.all(holds.map((hold) => ledger.points.settle(hold, makeCharge({ cost: 1 }))));
    const seen = await read();
    expect(seen).toMatchObject({
      'batch_lines_count{lane="settle"}': 1,
      'batch_lines_sum{lane="settle"}': 3,
      'batch_lines_count{lane="reserve"}': 1,
      'batch_seconds_count{lane="settle"}': 1,
    });
    expect(seen['batch_seconds_sum{lane="settle"}']).toBeGreaterThan(0);
  });

  it('counts a request that was booked before with another amount, and lets the first stand', async () => {
    const requestId = uuidv7();
    await ledger.points.settle(await reserve(), makeCharge({ requestId, cost: 5 }));
    await ledger.points.settle(await reserve(), makeCharge({ requestId, cost: 5 }));
    expect(await read()).toMatchObject({ conflicts_total: 0 });
    const outcome = await ledger.points.settle(await reserve(), makeCharge({ requestId, cost: 6 }));
    expect(outcome).toMatchObject({ repeated: true, points: 5 });
    expect(await read()).toMatchObject({ conflicts_total: 1 });
  });

  it('counts a request that the database refuses to book', async () => {
    const hold = await reserve();
    await ledger.database.tx.query(`ALTER TABLE charge ADD CONSTRAINT no_cheese CHECK (model <> 'cheese')`);
    await expect(ledger.points.settle(hold, makeCharge({ model: 'cheese' }))).rejects.toMatchObject({
      code: 'internal_error',
    });
    expect(await read()).toMatchObject({ quarantined_total: 1 });
    // Its tombstone is written behind it.
    while ((await read())['settles_waiting'] !== 0) await pause(10);
  });

  it('shows who waits and for how long, then what is in doubt, and that it was refunded', async () => {
    const hold = await reserve();
    const gate = closeGate(ledger.ledger, 'settle');
    const settled = ledger.points.settle(hold, makeCharge({ cost: 7 }));
    await gate.arrived(1);
    await new Promise((done) => setTimeout(done, 50));
    const waiting = await read();
    expect(waiting).toMatchObject({ settles_waiting: 1 });
    expect(waiting['oldest_settle_seconds']).toBeGreaterThan(0.04);
    gate.open();
    await settled;
    expect(await read()).toMatchObject({ settles_waiting: 0, oldest_settle_seconds: 0 });

    const late = await reserve();
    const listen = hearNoAnswer();
    await expect(ledger.points.settle(late, makeCharge({ cost: 7 }))).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
    expect(await read()).toMatchObject({ doubts: 1, recovering: 1, refunds_total: 0 });
    listen();
    while ((await read())['recovering'] !== 0) await pause(10);
    expect(await read()).toMatchObject({ doubts: 0, recovering: 0, refunds_total: 1 });
  });
});
