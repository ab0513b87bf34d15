import { Injectable } from '@nestjs/common';
import { isTransient } from '@tokenbay/platform';
import type { Escrow, Room, Waiter } from './escrow.js';
import { Hold } from './hold.js';
import type { ReserveRequest } from './reserve-request.js';
import { LedgerInstance } from './ledger-instance.js';
import { LedgerRepository, type ReserveAnswer } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { refusalOf, unavailable } from './refusals.js';
import type { Registration } from './escrow.js';
import { Unanswered } from './run-bounded.js';
import { toLine, type Travelling } from './travelling.js';

/** Holds one batch moves at most. */
const LINES_MAX = 512;
/** Requests that wait for the ledger at most. */
const WAITERS_MAX = 10_000;

/**
 * Brings points into this process's holds and back out of them, many holds with one statement and one statement at a time. Whatever
 * comes while one is on its way forms the next batch; an idle lane waits for nothing.
 */
@Injectable()
export class ReserveLane {
  /** Told when memory and ledger may differ; given the server process that may still be at work. */
  whenInDoubt: (processId: number | null) => void = () => undefined;
  private readonly due = new Set<Escrow>();
  private readonly ended: (() => void)[] = [];
  private waiting = 0;
  private isPaused = false;
  private isScheduled = false;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly instance: LedgerInstance,
    private readonly times: LedgerTimes,
  ) {}

  /** Requests that wait for the ledger's answer. */
  get waitingCount(): number {
    return this.waiting;
  }

  /** Waits for points of a hold. Rejects with the refusal that applies, or `ledger_unavailable`. */
  wait(escrow: Escrow, request: ReserveRequest): Promise<Hold> {
    if (this.waiting >= WAITERS_MAX) return Promise.reject(unavailable(request.requestId));
    this.waiting += 1;
    const held = new Promise<Hold>((resolve, reject) => {
      const serve = (from: Escrow, points: number): void => resolve(new Hold(from, request, points));
      escrow.waiters.push({ request, sinceMs: performance.now(), tries: 0, resolve: serve, reject });
    });
    this.demand(escrow);
    return held.finally(() => (this.waiting -= 1));
  }

  /** Gives back, with the next batch, what a hold has too much. Resolves when that was tried. */
  giveBack(escrow: Escrow): Promise<void> {
    if (!this.mayReturn(escrow)) return Promise.resolve();
    this.demand(escrow);
    return new Promise((resolve) => this.ended.push(resolve));
  }

  /** Gives back, with the next batch, what a hold has too much; for those who do not wait for it. */
  returnExcess(escrow: Escrow): void {
    if (this.mayReturn(escrow)) this.demand(escrow);
  }

  /** Sends nothing more; resolves once nothing is on its way. */
  async pause(): Promise<void> {
    this.isPaused = true;
    for (const done of this.ended.splice(0)) done();
    await this.sending;
  }

  /** Sends again. */
  resume(): void {
    this.isPaused = false;
    this.schedule();
  }

  /** Turns away who has waited too long for a lane that sends nothing. */
  expire(registration: Registration, waitMs: number): void {
    const sinceMsMin = performance.now() - waitMs;
    for (const escrow of registration.escrows.values()) {
      const late = escrow.waiters.filter(({ sinceMs }) => sinceMs < sinceMsMin);
      if (late.length === 0) continue;
      escrow.waiters.splice(0, escrow.waiters.length, ...escrow.waiters.filter((waiter) => !late.includes(waiter)));
      for (const { request, reject } of late) reject(unavailable(request.requestId));
    }
  }

  /** Answers everybody who waits for a registration that was ended: its holds are gone. */
  abandon(registration: Registration): void {
    this.instance.forget(registration);
    const waiters = [...registration.escrows.values()].flatMap((escrow) => escrow.waiters.splice(0));
    for (const escrow of registration.escrows.values()) this.due.delete(escrow);
    this.enter(waiters);
  }

  private mayReturn(escrow: Escrow): boolean {
    return !this.isPaused && (escrow.waiters.length > 0 || escrow.excess(performance.now()) > 0);
  }

  private demand(escrow: Escrow): void {
    this.due.add(escrow);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled || this.isPaused || this.sending || this.due.size === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.isPaused || this.sending) return;
      this.sending = this.sendNext().finally(() => {
        this.sending = undefined;
        this.schedule();
      });
    });
  }

  private async sendNext(): Promise<void> {
    const nowMs = performance.now();
    const ended = this.ended.splice(0);
    const lines: Travelling[] = [];
    let registration: Registration | undefined;
    for (const escrow of this.due) {
      if (lines.length === LINES_MAX) break;
      if (registration && escrow.registration !== registration) continue;
      this.due.delete(escrow);
      const line = toLine(escrow, nowMs);
      if (line) lines.push(line);
      registration ??= line && escrow.registration;
    }
    if (registration) await this.send(registration, lines, nowMs);
    if (this.due.size > 0) this.ended.push(...ended);
    else for (const done of ended) done();
  }

  private async send(registration: Registration, lines: readonly Travelling[], sentAtMs: number): Promise<void> {
    let answers: readonly ReserveAnswer[];
    for (const { escrow, waiters } of lines) {
      escrow.isAsked = true;
      escrow.travelling = waiters.length;
    }
    try {
      answers = await this.ledger.reserve(registration.id, lines);
    } catch (error) {
      if (isTransient(error) || lines.length === 1) this.fail(lines, error);
      else await this.sendHalves(registration, lines, sentAtMs);
      return;
    } finally {
      for (const { escrow } of lines) {
        escrow.isAsked = false;
        escrow.travelling = 0;
      }
    }
    if (answers.length === 0) {
      for (const { escrow, waiters } of lines) escrow.waiters.unshift(...waiters);
      this.abandon(registration);
      return;
    }
    const byNumber = new Map(answers.map((answer) => [answer.holdNo, answer]));
    for (const line of lines) {
      const answer = byNumber.get(line.escrow.holdNo);
      if (answer) this.apply(line, answer, sentAtMs);
    }
  }

  /** A batch that was refused as a whole moved nothing: only the line at fault is to fail. */
  private async sendHalves(registration: Registration, lines: readonly Travelling[], sentAtMs: number): Promise<void> {
    const middle = Math.ceil(lines.length / 2);
    await this.send(registration, lines.slice(0, middle), sentAtMs);
    await this.send(registration, lines.slice(middle), sentAtMs);
  }

  private apply(line: Travelling, answer: ReserveAnswer, sentAtMs: number): void {
    const { escrow, waiters, setAside, need } = line;
    if (answer.outcome !== 'granted') {
      escrow.free += setAside + Math.max(-need, 0);
      if (answer.outcome === 'window') escrow.isClosed = true;
      else this.whenInDoubt(null);
      this.enter(waiters, escrow);
      return;
    }
    if (answer.granted !== 0) escrow.sequence += 1;
    if (escrow.sequence > 0) {
      escrow.windowNo = answer.windowNo;
      escrow.usableUntilMs = Math.min(escrow.usableUntilMs, sentAtMs + answer.windowMs);
    }
    const room = toRoom(answer);
    const isFirst = !escrow.hasHeard;
    escrow.hear(room);
    const nowMs = performance.now();
    // What was sent back left memory when it was sent.
    escrow.free += setAside + (need < 0 ? answer.granted - need : answer.granted);
    if (need < 0 && answer.granted !== need) this.whenInDoubt(null);
    let owed = waiters.reduce((sum, { request }) => sum + request.need + (request.extra ?? 0), 0);
    for (const { request, resolve, reject } of waiters) {
      owed -= request.need + (request.extra ?? 0);
      const spare = Math.max(escrow.free, 0);
      const refusal = refusalOf(request, room, spare);
      if (refusal) reject(refusal);
      else {
        const wanted = escrow.extraOf(request, nowMs);
        resolve(escrow, escrow.take(request, Math.min(request.need, spare), { wanted, owed }));
      }
    }
    // What came beyond the first requests goes back with their charges, so that whoever is answered finds all of it back.
    const staysForNow = isFirst && escrow.taken > 0;
    if (escrow.waiters.length > 0 || (!staysForNow && escrow.excess(nowMs) > 0)) this.due.add(escrow);
  }

  /** Nobody knows what became of a batch: memory stays as it was, and counts for nothing until the holds were read again. */
  private fail(lines: readonly Travelling[], error: unknown): void {
    for (const { escrow, setAside, need } of lines) escrow.free += setAside + Math.max(-need, 0);
    // Also where nothing was sent: a database that went away may have forgotten the last reserves.
    this.whenInDoubt(error instanceof Unanswered ? error.processId : null);
    const nowMs = performance.now();
    const again: Waiter[] = [];
    for (const { waiters } of lines)
      for (const waiter of waiters) {
        waiter.tries += 1;
        const isWorthIt = isTransient(error) && waiter.tries < 2 && nowMs - waiter.sinceMs < this.times.reserveAgainMs;
        if (isWorthIt) again.push(waiter);
        else waiter.reject(unavailable(waiter.request.requestId, error));
      }
    if (again.length > 0) setTimeout(() => this.enter(again), this.times.pauseMs);
  }

  /** Lets requests wait for the hold that serves them now, which may be another than the one they came from. */
  private enter(waiters: readonly Waiter[], from?: Escrow): void {
    if (waiters.length === 0) {
      if (from) this.demandExcess(from);
      return;
    }
    this.instance.register().then(
      (registration) => {
        const nowMs = performance.now();
        for (const waiter of waiters) {
          waiter.tries += 1;
          if (waiter.tries > TRIES_MAX) {
            waiter.reject(unavailable(waiter.request.requestId));
            continue;
          }
          const escrow = registration.escrowFor(waiter.request, nowMs);
          escrow.demand.note(waiter.request.need + escrow.extraOf(waiter.request, nowMs), nowMs);
          escrow.waiters.push(waiter);
          this.demand(escrow);
        }
      },
      (error: unknown) => {
        for (const { request, reject } of waiters) reject(unavailable(request.requestId, error));
      },
    );
    if (from) this.demandExcess(from);
  }

  private demandExcess(escrow: Escrow): void {
    if (escrow.excess(performance.now()) > 0) this.demand(escrow);
  }
}

/** A request is sent to the ledger again at most so often: its window ended, its process was declared dead, its connection was lost. */
const TRIES_MAX = 3;

function toRoom({ accountLeft, quotaLeft, periodLeft, retryAfterSeconds }: ReserveAnswer): Room {
  return { account: accountLeft, quota: quotaLeft, period: periodLeft, retryAfterSeconds };
}
