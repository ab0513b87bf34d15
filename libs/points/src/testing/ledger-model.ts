/** What the ledger has to answer to a reserve: the points granted, or why not. */
export type ReserveAnswer =
  number | 'account_point_insufficient' | 'api_key_point_insufficient' | 'api_key_point_limit_exceeded';

/** What the ledger has to answer to a settle. */
export interface SettleAnswer {
  readonly funding: 'hold' | 'account' | 'refused';
  readonly points: number;
  readonly repeated: boolean;
}

/** What a request asks for, and of which life of which process. */
export interface ModelReserve {
  readonly life: number;
  readonly budgeted: boolean;
  readonly least: number;
  readonly extra: number;
}

/** One request; several holds may be taken for it, and one of them is charged. */
export interface ModelRequest {
  booked: Omit<SettleAnswer, 'repeated'> | undefined;
}

/** A hold from its reserve to the end of time: open with `granted` points, then settled, released or reaped. */
export interface ModelHold {
  readonly request: ModelRequest;
  readonly life: number;
  readonly budgeted: boolean;
  readonly granted: number;
  readonly hour: number;
  readonly turn: number;
  isOpen: boolean;
  charged: number;
}

interface Limit {
  points: number | null;
  /** Only what was reserved after this turn counts. */
  since: number;
  /** The most that may count: what counted already when the limit was lowered below that, else the limit. */
  ceiling: number;
}

/** How a limit stands: what counts as used and as held, and the most that both may be. */
export interface ModelShown {
  readonly used: number;
  readonly held: number;
  readonly most: number;
}

/**
 * The ledger as one would explain it: an amount and a list of holds, every sum made anew from the list. Knows one account with a key that
 * has budgets and one that has none. Processes are numbers: each life of one is another.
 */
export class LedgerModel {
  readonly holds: ModelHold[] = [];
  private readonly quota: Limit = { points: null, since: 0, ceiling: 0 };
  private readonly hourly: Limit = { points: null, since: 0, ceiling: 0 };
  private turn = 0;
  private hour = 0;
  private isHourOver = false;

  constructor(public available: number) {}

  get held(): number {
    return sum(this.holds.map(({ isOpen, granted }) => (isOpen ? granted : 0)));
  }

  get charged(): number {
    return sum(this.holds.map(({ charged }) => charged));
  }

  reserve({ life, budgeted, least, extra }: ModelReserve, request: ModelRequest): ReserveAnswer {
    this.turn += 1;
    if (this.available < least) return 'account_point_insufficient';
    if (budgeted) this.beginHour();
    const quotaRoom = budgeted ? this.room(this.quota) : Infinity;
    const hourRoom = budgeted ? this.room(this.hourly) : Infinity;
    if (quotaRoom < least) return 'api_key_point_insufficient';
    if (hourRoom < least) return 'api_key_point_limit_exceeded';
    const granted = Math.min(least + extra, this.available, quotaRoom, hourRoom);
    this.available -= granted;
    this.holds.push({
      ...{ request, life, budgeted, granted, hour: this.hour, turn: this.turn },
      ...{ isOpen: true, charged: 0 },
    });
    return granted;
  }

  settle(hold: ModelHold, cost: number, failed: boolean): SettleAnswer {
    const { request } = hold;
    if (request.booked) {
      this.giveBack(hold);
      return { ...request.booked, repeated: true };
    }
    const due = failed ? 0 : Math.min(cost, hold.granted);
    let funding: SettleAnswer['funding'] = 'hold';
    if (!hold.isOpen && due > 0) funding = this.canPayDirectly(hold, due) ? 'account' : 'refused';
    this.giveBack(hold);
    hold.charged = funding === 'refused' ? 0 : due;
    this.available -= hold.charged;
    request.booked = { funding, points: hold.charged };
    return { ...request.booked, repeated: false };
  }

  giveBack(hold: ModelHold): void {
    if (hold.isOpen) this.available += hold.granted;
    hold.isOpen = false;
  }

  /** A process stopped, or was taken for dead: whatever that life of it held goes back. */
  end(life: number): void {
    for (const hold of this.holds) if (hold.life === life) this.giveBack(hold);
  }

  credit(amount: number): boolean {
    if (this.available + amount < 0) return false;
    this.available += amount;
    return true;
  }

  limit(quota: number | null, hour: number | null): void {
    this.turn += 1;
    this.beginHour();
    this.set(this.quota, quota);
    this.set(this.hourly, hour);
  }

  endHour(): void {
    this.isHourOver = true;
  }

  /** What people are shown of the quota and of the hour, limit by limit. */
  shown(): Record<string, ModelShown> {
    const shown: Record<string, ModelShown> = {};
    if (this.quota.points !== null) shown['quota'] = this.count(this.quota);
    if (this.hourly.points !== null) shown['hour'] = this.count(this.hourly, this.hour + (this.isHourOver ? 1 : 0));
    return shown;
  }

  private beginHour(): void {
    if (this.isHourOver) {
      this.hour += 1;
      this.hourly.ceiling = this.hourly.points ?? 0;
    }
    this.isHourOver = false;
  }

  private room(limit: Limit): number {
    if (limit.points === null) return Infinity;
    const { used, held } = this.count(limit);
    return limit.points - used - held;
  }

  private count(limit: Limit, hour = this.hour): ModelShown {
    const isCounting = (hold: ModelHold) =>
      hold.budgeted && hold.turn > limit.since && (limit === this.quota || hold.hour === hour);
    const counting = this.holds.filter(isCounting);
    return {
      used: sum(counting.map(({ charged }) => charged)),
      held: sum(counting.map(({ isOpen, granted }) => (isOpen ? granted : 0))),
      most: limit.ceiling,
    };
  }

  private canPayDirectly(hold: ModelHold, due: number): boolean {
    if (this.available < due) return false;
    if (!hold.budgeted) return true;
    if (hold.turn > this.quota.since && this.room(this.quota) < due) return false;
    if (this.hourly.points === null) return true;
    const isOver = this.isHourOver || hold.hour !== this.hour;
    return !isOver && hold.turn > this.hourly.since && this.room(this.hourly) >= due;
  }

  private set(limit: Limit, points: number | null): void {
    if (limit.points === null && points !== null) limit.since = this.turn;
    limit.points = points;
    const { used, held } = this.count(limit);
    limit.ceiling = Math.max(points ?? 0, used + held);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
