import { Demand } from './demand.js';
import type { ReserveRequest } from './reserve-request.js';

/** So many requests in a second make it likely that the next one comes before points that are lent ahead would go back. */
const LENT_REQUESTS = 3;
/** So many requests in a second are busy: what one leaves is soon taken by the next, also where nothing can be lent ahead. */
const BUSY_REQUESTS = 8;
/** A request's extra is at most one part in so many of what is left. */
const PLENTY = 100;
/** A process is lent at most one part in so many of what is left, shared by all live processes. */
const SHARE = 100;
/** It keeps what was asked of it in so many seconds at most. */
const KEPT_SECONDS = 2;

/** A request that waits for the ledger's answer. */
export interface Waiter {
  readonly request: ReserveRequest;
  readonly sinceMs: number;
  /** Batches that it has travelled with. */
  tries: number;
  /** Told which hold serves it, and with how many micropoints. */
  readonly resolve: (escrow: Escrow, points: number) => void;
  readonly reject: (error: Error) => void;
}

/** What each limit leaves, as last heard. */
export interface Room {
  readonly account: number;
  readonly quota: number;
  readonly period: number;
  /** Until the period that is exhausted ends. */
  readonly retryAfterSeconds: number;
}

/**
 * One hold of this process as its memory knows it: the row's points are `free + taken`. Serves all keys of an account that have no
 * budget, or one key in one window of its budgets.
 */
export class Escrow {
  /** Micropoints that the next request may have. Negative where the ledger has less than was promised, until that comes back. */
  free = 0;
  /** Micropoints that requests have which are not booked yet. */
  taken = 0;
  /** Of these, what is on its way into the books. */
  settling = 0;
  /** Of the last reserve that is known to be applied; 0 before there is a row. */
  sequence = 0;
  windowNo = 0;
  /** From here on it serves no further request: its window is over. By the process's monotonic clock. */
  usableUntilMs = Infinity;
  /** Never again serves a request, only ends those that it has. */
  isClosed = false;
  /** A line of it is on its way to the ledger. */
  isAsked = false;
  /** Requests that travel with that line. */
  travelling = 0;
  usedAtMs = -Infinity;
  /** Whether it is known what the limits leave. */
  hasHeard = false;
  readonly waiters: Waiter[] = [];
  readonly demand = new Demand();
  private left = 0;

  constructor(
    readonly registration: Registration,
    readonly holdNo: number,
    readonly accountId: string,
    /** Null where it serves all keys without budgets. */
    readonly budgetedKeyId: string | null,
  ) {}

  /** Whether it may serve requests that come now. */
  isUsable(nowMs: number): boolean {
    return !this.isClosed && nowMs < this.usableUntilMs;
  }

  /**
   * Takes points that are free for a request, with as much of `wanted` as is little of what there is beside what is `owed` to others, but no
   * less than its extra. Answers how many it took.
   */
  take({ need, extra = 0 }: ReserveRequest, points: number, { wanted = extra, owed = 0 } = {}): number {
    const spare = this.free - points - owed;
    const onTop = Math.min(wanted, spare, Math.floor((this.left + spare) / PLENTY));
    const taken = points === need && onTop >= extra ? points + onTop : points;
    this.free -= taken;
    this.taken += taken;
    return taken;
  }

  /**
   * How much to ask for on top on behalf of a request, from its extra up to the most of it, beside the micropoints that are asked for on top
   * for others: what all requests of a second could have out of this process's share, so that it stays possible to lend ahead.
   */
  extraOf({ extra = 0, extraMost = extra }: ReserveRequest, nowMs: number, others = 0): number {
    if (extraMost <= extra) return extra;
    const { count } = this.demand.recent(nowMs);
    const most = this.most();
    const each = Math.floor(Math.min(most - others, most / Math.max(count, 1)));
    return Math.min(Math.max(each, extra), extraMost);
  }

  /** Takes points back from a request that is over; `spent` of them left the row. */
  untake(held: number, spent: number): void {
    this.taken -= held;
    this.free += held - spent;
  }

  /** What was heard of the limits. */
  hear(room: Room): void {
    this.left = Math.max(Math.min(room.account, room.quota, room.period), 0);
    this.hasHeard = true;
  }

  /** One part in how many of what is left it may have beyond its requests. */
  share(): number {
    return SHARE * this.registration.livesMax * this.registration.holdsOf(this.accountId);
  }

  /**
   * How many micropoints it may keep beyond its requests: no more than its share, nor twice what it was asked for in the last second, which
   * leaves room between what it wishes and what it gives back.
   */
  headroom(nowMs: number): number {
    if (!this.isLendable(nowMs) || (this.isQuiet(0) && !this.isSteady(nowMs))) return 0;
    return Math.min(KEPT_SECONDS * this.demand.recent(nowMs).points, this.most());
  }

  /**
   * How many micropoints it wishes beyond the requests that wait; Postgres grants no more than the share. Nobody knows at first how much is
   * left: then `most` is what lets those requests have the most of their extras.
   */
  wish(nowMs: number, most: number): number {
    const { points, count } = this.demand.recent(nowMs);
    const ahead = count < LENT_REQUESTS ? 0 : Math.max(points - Math.max(this.free, 0), 0);
    return this.hasHeard ? ahead : Math.max(ahead, most);
  }

  /** Whether what one request leaves is soon taken by the next. */
  isBusy(nowMs: number): boolean {
    return this.isLendable(nowMs) || (this.isUsable(nowMs) && this.demand.recent(nowMs).count >= BUSY_REQUESTS);
  }

  /** Whether nobody has, wants or awaits points of it, but those requests whose points these are. */
  isQuiet(taken: number): boolean {
    return this.taken === taken && this.waiters.length === 0 && this.travelling === 0;
  }

  /** Whether points are lent ahead, and were for so long that they will be again: a burst alone leaves nothing lent behind it. */
  isSteady(nowMs: number): boolean {
    return this.isLendable(nowMs) && this.demand.before(nowMs) >= LENT_REQUESTS;
  }

  /** What is to be given back now. */
  excess(nowMs: number): number {
    return this.free > 0 ? Math.max(this.free - this.headroom(nowMs), 0) : 0;
  }

  /** Whether enough requests come to lend ahead, and its share is enough for one. */
  private isLendable(nowMs: number): boolean {
    if (!this.isUsable(nowMs)) return false;
    const { points, count } = this.demand.recent(nowMs);
    return count >= LENT_REQUESTS && this.most() * count >= points;
  }

  private most(): number {
    return Math.floor(this.left / this.share());
  }
}

/** This process as the ledger knows it, from its registration until it stops or is declared dead, with its holds. */
export class Registration {
  /** Holds with a row or on the way to one, by number. */
  readonly escrows = new Map<number, Escrow>();
  /** How many processes were alive at the last heartbeat, this one included. */
  livesMax = 1;
  private readonly byAccount = new Map<string, Escrow>();
  private readonly byBudgetedKey = new Map<string, Escrow>();
  private readonly counts = new Map<string, number>();
  private last = 0;

  constructor(readonly id: string) {}

  /** The hold that serves a request; numbers are never used twice. */
  escrowFor({ accountId, apiKeyId, budgeted }: ReserveRequest, nowMs: number): Escrow {
    const known = budgeted ? this.byBudgetedKey.get(apiKeyId) : this.byAccount.get(accountId);
    if (known?.isUsable(nowMs) && known.accountId === accountId) return known;
    if (known) known.isClosed = true;
    this.last += 1;
    const escrow = new Escrow(this, this.last, accountId, budgeted ? apiKeyId : null);
    this.add(escrow);
    if (budgeted) this.byBudgetedKey.set(apiKeyId, escrow);
    else this.byAccount.set(accountId, escrow);
    return escrow;
  }

  /** Takes in a hold that the ledger has and memory does not; it serves nobody. */
  adopt(holdNo: number, accountId: string, budgetedKeyId: string | null): Escrow {
    this.last = Math.max(this.last, holdNo);
    const escrow = new Escrow(this, holdNo, accountId, budgetedKeyId);
    escrow.isClosed = true;
    this.add(escrow);
    return escrow;
  }

  /** How many holds of an account there are. */
  holdsOf(accountId: string): number {
    return this.counts.get(accountId) ?? 1;
  }

  /** Forgets a hold that serves nobody and has no points. */
  drop(escrow: Escrow): void {
    if (!this.escrows.delete(escrow.holdNo)) return;
    escrow.isClosed = true;
    const { accountId, budgetedKeyId } = escrow;
    if (this.byAccount.get(accountId) === escrow) this.byAccount.delete(accountId);
    if (budgetedKeyId !== null && this.byBudgetedKey.get(budgetedKeyId) === escrow)
      this.byBudgetedKey.delete(budgetedKeyId);
    const count = this.holdsOf(escrow.accountId) - 1;
    if (count > 0) this.counts.set(escrow.accountId, count);
    else this.counts.delete(escrow.accountId);
  }

  private add(escrow: Escrow): void {
    this.escrows.set(escrow.holdNo, escrow);
    this.counts.set(escrow.accountId, (this.counts.get(escrow.accountId) ?? 0) + 1);
  }
}
