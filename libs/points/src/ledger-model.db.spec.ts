import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import fc from 'fast-check';
import type { Charge } from './charge.js';
import type { Hold } from './hold.js';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';
import { LedgerModel, type Step } from './testing/ledger-model.js';
import { steerClearOfHour } from './testing/steer-clear-of-hour.js';

const amount = fc.integer({ min: 0, max: 60 });
const limit = fc.option(fc.integer({ min: 0, max: 120 }), { nil: null });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('reserve'), budgeted: fc.boolean(), least: amount, extra: amount }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('settle'), hold: fc.nat(30), cost: amount, failed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release'), hold: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('credit'), amount: fc.integer({ min: -60, max: 60 }).filter(Boolean) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('limit'), quota: limit, hour: limit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reap') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nextHour') }) },
);

/** The ledger under test beside its model; each step is done to both and must come out alike. */
class Pair {
  private readonly taken: { hold: Hold; charge: Charge }[] = [];

  constructor(
    private readonly ledger: TestLedger,
    private readonly model: LedgerModel,
    private readonly accountId: string,
    private readonly keys: { budgeted: string; plain: string },
  ) {}

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'reserve':
        return this.reserve(step);
      case 'settle':
        return this.settle(step);
      case 'release':
        return this.release(step.hold);
      case 'credit':
        return this.credit(step.amount);
      case 'limit':
        return this.limit(step.quota, step.hour);
      case 'reap':
        return this.reap();
      case 'nextHour':
        return this.nextHour();
    }
  }

  async compare(): Promise<void> {
    const balance = (await this.ledger.points.balances([this.accountId])).get(this.accountId);
    expect(balance).toEqual({ availableMicropoints: this.model.available, heldMicropoints: this.model.held });
    const { rows } = await this.ledger.database
      .pool('report')
      .query<{ period: string; used: string; held: string }>(
        'SELECT period, used, held FROM key_budget_now WHERE api_key_id = $1',
        [this.keys.budgeted],
      );
    const shown = Object.fromEntries(rows.map(({ period, used, held }) => [period, [Number(used), Number(held)]]));
    expect(shown).toEqual(this.model.shown());
  }

  private async reserve(step: Extract<Step, { do: 'reserve' }>): Promise<void> {
    const expected = this.model.reserve(step);
    const { budgeted, least, extra } = step;
    const apiKeyId = budgeted ? this.keys.budgeted : this.keys.plain;
    const request = { requestId: uuidv7(), accountId: this.accountId, apiKeyId, budgeted, least, need: least + extra };
    const reserving = Promise.resolve(this.ledger.points.reserve(request));
    const hold = await reserving.catch((error: { code: string }) => error.code);
    expect(typeof hold === 'string' ? hold : hold.points).toBe(expected);
    if (typeof hold !== 'string') this.taken.push({ hold, charge: makeCharge({ requestId: request.requestId }) });
  }

  private async settle({ hold: pick, cost, failed }: Extract<Step, { do: 'settle' }>): Promise<void> {
    const index = pick % Math.max(this.taken.length, 1);
    const taken = this.taken[index];
    if (!taken) return;
    const expected = this.model.settle(this.model.holds[index]!, cost, failed);
    const charge: Charge = { ...taken.charge, cost, outcome: failed ? 'failed' : 'completed' };
    expect(await this.ledger.points.settle(taken.hold, charge)).toMatchObject(expected);
  }

  private async release(pick: number): Promise<void> {
    const index = pick % Math.max(this.taken.length, 1);
    const taken = this.taken[index];
    if (!taken) return;
    this.model.giveBack(this.model.holds[index]!);
    await this.ledger.points.release(taken.hold);
  }

  private async credit(points: number): Promise<void> {
    const entry = { accountId: this.accountId, amount: points, reason: 'step', idempotencyKey: uuidv7() };
    const isDone = await this.ledger.database
      .transaction((tx) => this.ledger.points.credit(tx, entry))
      .then(
        () => true,
        () => false,
      );
    expect(isDone).toBe(this.model.credit(points));
  }

  private async limit(quota: number | null, hour: number | null): Promise<void> {
    this.model.limit(quota, hour);
    const pointLimits = hour === null ? [] : [{ period: 'hour' as const, points: hour }];
    const budget = { pointQuota: quota, pointLimits, timeZone: 'UTC' };
    await this.ledger.database.transaction((tx) => this.ledger.points.setBudget(tx, this.keys.budgeted, budget));
  }

  private async reap(): Promise<void> {
    for (const hold of this.model.holds) this.model.giveBack(hold);
    const { id } = await this.ledger.instance.register();
    await this.ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [id]);
  }

  private async nextHour(): Promise<void> {
    this.model.endHour();
    await this.ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 hour' WHERE api_key_id = $1`,
      [this.keys.budgeted],
    );
  }
}

describe('the ledger beside its model', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url, { pauseMs: 0 });
    await steerClearOfHour();
  }, 60_000);

  afterAll(async () => {
    await ledger.close();
    await clone.drop();
  });

  it('answers every sequence of steps as the model does, and keeps its books', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.array(step, { maxLength: 40 }), async (points, steps) => {
        const accountId = await ledger.addAccount(points);
        const plain = await ledger.addKey(accountId);
        const budgeted = await ledger.addKey(accountId, { pointQuota: null });
        const pair = new Pair(ledger, new LedgerModel(points), accountId, { budgeted, plain });
        for (const one of steps) {
          await pair.take(one);
          await pair.compare();
        }
        expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
