/** One thing that happens to an account and its two keys; `hold` picks one of the holds taken so far. */
export type Step =
  | { readonly do: 'reserve'; readonly budgeted: boolean; readonly least: number; readonly extra: number }
  | { readonly do: 'settle'; readonly hold: number; readonly cost: number; readonly failed: boolean }
  | { readonly do: 'release'; readonly hold: number }
  | { readonly do: 'credit'; readonly amount: number }
  | { readonly do: 'limit'; readonly quota: number | null; readonly hour: number | null }
  | { readonly do: 'reap' }
  | { readonly do: 'nextHour' };

/** What the ledger has to answer to a reserve. */
export type ReserveAnswer =
  number | 'account_point_insufficient' | 'api_key_point_insufficient' | 'api_key_point_limit_exceeded';

/** What the ledger has to answer to a settle. */
export interface SettleAnswer {
  readonly funding: 'hold' | 'account' | 'refused';
  readonly points: number;
}

/** A hold from its reserve to the end of time: open with `points`, then settled, released or reaped. */
interface ModelHold {
  readonly budgeted: boolean;
  readonly granted: number;
  readonly hour: number;
  readonly turn: number;
  isOpen: boolean;
  charged: number;
  settled: SettleAnswer | undefined;
}

interface Limit {
  points: number | null;
  /** Only what was reserved after this turn counts. */
  since: number;
}

/**
 * The ledger as one would explain it: an amount and a list of holds, every sum made anew from the list. Knows one account with a key that
 * has budgets and one that has none.
 */
export class LedgerModel {
  readonly holds: ModelHold[] = [];
  private readonly quota: Limit = { points: null, since: 0 };
  private readonly hourly: Limit = { points: null, since: 0 };
  private turn = 0;
  private hour = 0;
  private isHourOver = false;

  constructor(public available: number) {}

  get held(): number {
    return sum(this.holds.map(({ isOpen, granted }) => (isOpen ? granted : 0)));
  }

  reserve({ budgeted, least, extra }: Extract<Step, { do: 'reserve' }>): ReserveAnswer {
    this.turn += 1;
    if (this.available < least) return 'account_point_insufficient';
    if (budgeted) this.beginHour();
    const quotaRoom = budgeted ? this.room(this.quota) : Infinity;
    const hourRoom = budgeted ? this.room(this.hourly) : Infinity;
    if (quotaRoom < least) return 'api_key_point_insufficient';
    if (hourRoom < least) return 'api_key_point_limit_exceeded';
    const granted = Math.min(least + extra, this.available, quotaRoom, hourRoom);
    this.available -= granted;
    const { hour, turn } = this;
    this.holds.push({ budgeted, granted, hour, turn, isOpen: true, charged: 0, settled: undefined });
    return granted;
  }

  settle(hold: ModelHold, cost: number, failed: boolean): SettleAnswer {
    const due = failed ? 0 : Math.min(cost, hold.granted);
    if (hold.settled) {
      this.giveBack(hold);
      return hold.settled;
    }
    let funding: SettleAnswer['funding'] = 'hold';
    if (!hold.isOpen && due > 0) funding = this.canPayDirectly(hold, due) ? 'account' : 'refused';
    if (funding === 'account') this.available -= due;
    this.giveBack(hold);
    hold.charged = funding === 'refused' ? 0 : due;
    if (funding === 'hold') this.available -= hold.charged;
    hold.settled = { funding, points: hold.charged };
    return hold.settled;
  }

  giveBack(hold: ModelHold): void {
    if (hold.isOpen) this.available += hold.granted;
    hold.isOpen = false;
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
  shown(): Record<string, [used: number, held: number]> {
    const shown: Record<string, [number, number]> = {};
    const hour = this.hour + (this.isHourOver ? 1 : 0);
    if (this.quota.points !== null) shown['quota'] = this.countSince(this.quota, undefined);
    if (this.hourly.points !== null) shown['hour'] = this.countSince(this.hourly, hour);
    return shown;
  }

  private beginHour(): void {
    if (this.isHourOver) this.hour += 1;
    this.isHourOver = false;
  }

  private room(limit: Limit): number {
    if (limit.points === null) return Infinity;
    return limit.points - sum(this.countSince(limit, limit === this.hourly ? this.hour : undefined));
  }

  private countSince({ since }: Limit, hour: number | undefined): [number, number] {
    const counting = this.holds.filter(
      (hold) => hold.budgeted && hold.turn > since && (hour === undefined || hold.hour === hour),
    );
    return [
      sum(counting.map(({ charged }) => charged)),
      sum(counting.map(({ isOpen, granted }) => (isOpen ? granted : 0))),
    ];
  }

  private canPayDirectly(hold: ModelHold, due: number): boolean {
    if (this.available < due) return false;
    if (!hold.budgeted) return true;
    if (hold.turn > this.quota.since && this.room(this.quota) < due) return false;
    if (this.hourly.points === null) return true;
    return hold.hour === this.hour && hold.turn > this.hourly.since && this.room(this.hourly) >= due;
  }

  private set(limit: Limit, points: number | null): void {
    if (limit.points === null && points !== null) limit.since = this.turn;
    limit.points = points;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
