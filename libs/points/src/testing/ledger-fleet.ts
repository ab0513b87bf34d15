import { uuidv7 } from '@tokenbay/platform';
import { makeCharge } from './make-charge.js';
import type { Hold } from '../hold.js';
import { cutNextConnection } from './cut-connection.js';
import type { LedgerModel, ModelHold, ModelRequest, SettleAnswer } from './ledger-model.js';
import type { Command, ReserveFault, Step } from './ledger-steps.js';
import type { TestLedger } from './open-ledger.js';

type Do<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** One process: its memory now, and the number of its life. */
interface Member {
  ledger: TestLedger;
  life: number;
  isPaused: boolean;
}

/** A hold as the model and the process that took it know it. */
interface Taken {
  readonly model: ModelHold;
  readonly hold: Hold;
  readonly requestId: string;
  /** The memory it is in; gone once its process was killed or stopped. */
  readonly by: TestLedger;
}

/** The account and the keys that a fleet serves. */
export interface Served {
  readonly accountId: string;
  readonly budgeted: string;
  readonly plain: string;
}

/** Several processes on one database beside their model: each step is done to both, and must come out alike. */
export class LedgerFleet {
  readonly members: Member[];
  private readonly taken: Taken[] = [];
  /** Lives that ended without a word, by the id they were registered under. */
  private readonly killed: { readonly life: number; readonly instanceId: string }[] = [];
  private lives = 0;

  constructor(
    ledgers: readonly TestLedger[],
    private readonly model: LedgerModel,
    private readonly served: Served,
  ) {
    this.members = ledgers.map((ledger) => ({ ledger, life: ++this.lives, isPaused: false }));
  }

  /** Does a step to the processes and to the model. What a process that is paused or gone would have to do is left out. */
  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'reserve':
        return this.reserve(step);
      case 'settle':
        return this.settle(step);
      case 'settleTwice':
        return this.settleTwice(step);
      case 'release':
        return this.release(step.hold);
      case 'burst':
        return this.burst(step);
      case 'credit':
        return this.credit(step.amount);
      case 'limit':
        return this.limit(step.quota, step.hour);
      case 'nextHour':
        return this.nextHour();
      case 'reap':
        return this.reap();
      default:
        return this.command(step.do, this.members[step.process]!);
    }
  }

  private command(what: Command['do'], member: Member): Promise<void> | void {
    switch (what) {
      case 'pause':
        member.isPaused = true;
        return;
      case 'resume':
        return this.resume(member);
      case 'beat':
        return member.isPaused ? undefined : member.ledger.keeper.beat();
      case 'kill':
        return this.kill(member);
      case 'stop':
        return this.stop(member);
      case 'declareDead':
        return this.declareDead(member);
    }
  }

  private async reserve({ process, budgeted, least, extra, fault }: Do<'reserve'>): Promise<void> {
    const member = this.members[process]!;
    if (member.isPaused) return;
    const disarm = fault ? arm(member.ledger, fault) : undefined;
    await this.reserveOnce(member, { budgeted, least, extra }, { id: uuidv7(), request: { booked: undefined } });
    disarm?.();
  }

  /** One reserve, by both; answers the hold where there is one. */
  private async reserveOnce(
    { ledger, life }: Member,
    ask: { budgeted: boolean; least: number; extra: number },
    { id, request }: { id: string; request: ModelRequest },
  ): Promise<Taken | undefined> {
    const expected = this.model.reserve({ life, ...ask }, request);
    const model = this.model.holds.at(-1);
    const { budgeted, least, extra } = ask;
    const { accountId, budgeted: budgetedKey, plain } = this.served;
    const key = { accountId, apiKeyId: budgeted ? budgetedKey : plain, budgeted };
    const reserving = async () => ledger.points.reserve({ requestId: id, ...key, least, need: least + extra });
    const hold = await reserving().catch((error: { code: string }) => error.code);
    expect(typeof hold === 'string' ? hold : hold.points).toBe(expected);
    if (typeof hold === 'string' || !model) return undefined;
    const taken = { model, hold, requestId: id, by: ledger };
    this.taken.push(taken);
    return taken;
  }

  private async settle({ hold: pick, cost, failed, fault, again }: Do<'settle'>): Promise<void> {
    const taken = this.pick(pick, again);
    if (!taken) return;
    const expected = this.model.settle(taken.model, cost, failed);
    const disarm = fault ? cutNextConnection(taken.by.database.pool('settle'), fault) : undefined;
    const outcome = await this.book(taken, cost, failed);
    disarm?.();
    // A settle that was repeated because its answer was lost finds itself in the books.
    expect(outcome).toMatchObject(fault ? { funding: expected.funding, points: expected.points } : expected);
  }

  /** The same request settled by two processes at once, each from a hold of its own: one books it, the other hears of that. */
  private async settleTwice({ hold: pick, process, cost }: Do<'settleTwice'>): Promise<void> {
    const first = this.pick(pick);
    const member = this.members[process]!;
    if (!first || member.isPaused) return;
    const wasBooked = first.model.request.booked !== undefined;
    const known = { id: first.requestId, request: first.model.request };
    const second = await this.reserveOnce(member, { budgeted: false, least: cost, extra: 0 }, known);
    const both = second ? [first, second] : [first];
    const outcomes = await Promise.all(both.map((taken) => this.book(taken, cost, false)));
    const fresh = outcomes.findIndex(({ repeated }) => !repeated);
    expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(wasBooked ? 0 : 1);
    const order = fresh === 1 ? [1, 0] : both.map((_, index) => index);
    for (const index of order)
      expect(outcomes[index]).toMatchObject(this.model.settle(both[index]!.model, cost, false));
  }

  private async release(pick: number): Promise<void> {
    const taken = this.pick(pick);
    if (!taken) return;
    this.model.giveBack(taken.model);
    await taken.by.points.release(taken.hold);
  }

  /** Two waves of many requests at once, so that points are lent ahead where there are plenty; then all of them are booked at once. */
  private async burst({ process, budgeted, count, size, cost }: Do<'burst'>): Promise<void> {
    const member = this.members[process]!;
    if (member.isPaused) return;
    const all: Taken[] = [];
    for (let wave = 0; wave < 2; wave += 1) {
      const asked = Array.from({ length: count }, () =>
        this.reserveOnce(member, { budgeted, least: size, extra: 0 }, { id: uuidv7(), request: { booked: undefined } }),
      );
      all.push(...(await Promise.all(asked)).filter((taken) => taken !== undefined));
    }
    const expected = all.map(({ model }) => this.model.settle(model, cost, false));
    expect(await Promise.all(all.map((taken) => this.book(taken, cost, false)))).toMatchObject(expected);
  }

  private async credit(points: number): Promise<void> {
    const entry = { accountId: this.served.accountId, amount: points, reason: 'step', idempotencyKey: uuidv7() };
    const { database, points: service } = this.members[0]!.ledger;
    const isDone = await database
      .transaction((tx) => service.credit(tx, entry))
      .then(
        () => true,
        () => false,
      );
    expect(isDone).toBe(this.model.credit(points));
  }

  private async limit(quota: number | null, hour: number | null): Promise<void> {
    this.model.limit(quota, hour);
    const pointLimits = hour === null ? [] : [{ period: 'hour' as const, points: hour }];
    const { database, points } = this.members[0]!.ledger;
    const budget = { pointQuota: quota, pointLimits, timeZone: 'UTC' };
    await database.transaction((tx) => points.setBudget(tx, this.served.budgeted, budget));
  }

  /** The database's clock decides when an hour ends: it is as if the hour that runs had begun an hour earlier. */
  private async nextHour(): Promise<void> {
    this.model.endHour();
    await this.members[0]!.ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 hour' WHERE api_key_id = $1`,
      [this.served.budgeted],
    );
  }

  /** A lease time passes: whoever is paused or was killed is found dead. */
  private async reap(): Promise<void> {
    const { ledger, database } = this.members[0]!.ledger;
    const silent = this.killed.splice(0);
    for (const member of this.members.filter(({ isPaused }) => isPaused)) {
      const instanceId = member.ledger.instance.current?.id;
      if (instanceId) silent.push({ life: member.life, instanceId });
      member.life = ++this.lives;
    }
    const ids = silent.map(({ instanceId }) => instanceId);
    await database.tx.query(`UPDATE gateway_lease SET lease_until = '-infinity' WHERE instance_id = ANY ($1)`, [ids]);
    const reaped = [];
    for (let id = await ledger.reapNext(); id !== null; id = await ledger.reapNext()) reaped.push(id);
    const alive = new Set(ids);
    expect(reaped.every((id) => alive.has(id))).toBe(true);
    for (const { life } of silent) this.model.end(life);
  }

  /** A process that was stopped in mid-breath goes on; it knows that its lease may be over. */
  private resume(member: Member): void {
    if (member.isPaused) Object.assign(member.ledger.instance, { leasedUntilMs: -Infinity });
    member.isPaused = false;
  }

  private kill(member: Member): void {
    const instanceId = member.ledger.instance.current?.id;
    if (instanceId) this.killed.push({ life: member.life, instanceId });
    this.begin(member);
  }

  private async stop(member: Member): Promise<void> {
    if (member.isPaused) return;
    await member.ledger.keeper.stop();
    this.model.end(member.life);
    this.begin(member);
  }

  /** A process that runs is taken for dead, and hears of it with its next statement. */
  private async declareDead(member: Member): Promise<void> {
    const instanceId = member.ledger.instance.current?.id;
    if (member.isPaused || !instanceId) return;
    await member.ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [instanceId]);
    this.model.end(member.life);
    member.life = ++this.lives;
  }

  private begin(member: Member): void {
    Object.assign(member, { ledger: member.ledger.succeed(), life: ++this.lives, isPaused: false });
  }

  /** A hold that its process can still do something with; one whose request is not booked yet, or any. */
  private pick(place: number, isAny = false): Taken | undefined {
    const running = new Set(this.members.filter(({ isPaused }) => !isPaused).map(({ ledger }) => ledger));
    const mine = this.taken.filter(({ by, model }) => running.has(by) && (isAny || !model.request.booked));
    return mine[place % Math.max(mine.length, 1)];
  }

  private book({ hold, requestId, by }: Taken, cost: number, failed: boolean): Promise<SettleAnswer> {
    return by.points.settle(hold, makeCharge({ requestId, cost, outcome: failed ? 'failed' : 'completed' }));
  }
}

/** Lets something happen to the next reserve of a process; answers how to leave it alone after all. */
function arm({ database, ledger }: TestLedger, fault: ReserveFault): () => void {
  if (fault !== 'twice') return cutNextConnection(database.pool('reserve'), fault);
  const reserve = ledger.reserve.bind(ledger);
  const restore = (): void => void Object.assign(ledger, { reserve });
  const twice: typeof reserve = async (...args) => {
    restore();
    await reserve(...args);
    return reserve(...args);
  };
  Object.assign(ledger, { reserve: twice });
  return restore;
}
