import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import type { Charge, SettleOutcome } from './charge.js';
import { isAmount } from './charge-row.js';
import type { Escrow } from './escrow.js';
import { Hold } from './hold.js';
import type { ReserveRequest } from './reserve-request.js';
import { LedgerInstance } from './ledger-instance.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { Recovery } from './recovery.js';
import { unavailable } from './refusals.js';
import type { Registration } from './escrow.js';
import { ReserveLane } from './reserve-lane.js';
import { SettleLane } from './settle-lane.js';
import { SettleLine } from './settle-line.js';

/** Holds without points that are deleted at once. */
const FORGOTTEN_AT_ONCE = 500;

/** Takes requests' points from memory where they are, from the ledger where they are not, and ends them, booked or given back. */
@Injectable()
export class Holds {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly reserves: ReserveLane,
    private readonly settles: SettleLane,
    private readonly instance: LedgerInstance,
    private readonly recovery: Recovery,
    private readonly times: LedgerTimes,
  ) {
    settles.whenBooked = (line, outcome) => this.noteBooked(line, outcome);
    settles.whenGivenUp = (line) => this.giveUp(line);
  }

  /** Takes a request's points: at once where memory has them. Rejects, and never throws, where it may not have any. */
  reserve(request: ReserveRequest): Hold | Promise<Hold> {
    const { least, need, extra = 0, extraMost = extra, requestId } = request;
    if (!isAmount(least) || !isAmount(need) || !isAmount(extra) || !isAmount(extraMost) || least > need)
      return Promise.reject(new DomainError('internal_error', `reserve of ${least} to ${need} micropoints`));
    const nowMs = performance.now();
    if (this.settles.isStuck(nowMs)) return Promise.reject(unavailable(`${requestId}: charges wait for the disk`));
    const registration = this.instance.current;
    if (registration) return this.take(registration, request, nowMs);
    return this.register(request).then((registered) => this.take(registered, request, performance.now()));
  }

  /** Books a request; resolves once that is durable. A request that is on its way already is not sent twice. */
  settle(hold: Hold, charge: Charge): Promise<SettleOutcome> {
    const running = this.settles.find(charge.requestId);
    if (running) return this.join(running, hold);
    let line: SettleLine;
    try {
      line = new SettleLine(hold, charge, !hold.isOver);
    } catch (error) {
      return this.release(hold).then(() => Promise.reject(error as Error));
    }
    hold.isOver = true;
    this.settles.push(line);
    return line.promise;
  }

  /** Gives a request's points back, or keeps them for the next one. */
  async release(hold: Hold): Promise<void> {
    if (hold.isOver) return;
    hold.isOver = true;
    hold.escrow.untake(hold.points, 0);
    if (hold.escrow.isSteady(performance.now())) this.reserves.returnExcess(hold.escrow);
    else await this.reserves.giveBack(hold.escrow);
  }

  /** Ends doubts and compares memory with the ledger; what nobody has any use for goes back. */
  async recover(): Promise<void> {
    await this.recovery.run();
    await this.tick();
  }

  /** Gives back what was not used for a while, and turns away who has waited too long. */
  async tick(): Promise<void> {
    const registration = this.instance.current;
    if (!registration) return;
    const nowMs = performance.now();
    this.reserves.expire(registration, this.times.reserveMs);
    const returns: Promise<void>[] = [];
    for (const escrow of registration.escrows.values()) {
      if (escrow.taken === 0 && nowMs - escrow.usedAtMs >= this.times.idleMs) escrow.demand.forget();
      if (escrow.excess(nowMs) > 0) returns.push(this.reserves.giveBack(escrow));
    }
    await Promise.all(returns);
  }

  /** Begins anew after a registration was ended by the ledger. */
  abandon(registration: Registration): void {
    this.reserves.abandon(registration);
  }

  /** Deletes holds that have had no points for long; their numbers are never used again. */
  async forget(): Promise<void> {
    const registration = this.instance.current;
    if (!registration) return;
    const empty = [...registration.escrows.values()].filter((escrow) => this.isForgettable(escrow));
    for (const escrow of empty) escrow.isClosed = true;
    const numbers = empty.slice(0, FORGOTTEN_AT_ONCE).map(({ holdNo }) => holdNo);
    if (numbers.length > 0) await this.ledger.forgetHolds(registration.id, numbers);
    for (const holdNo of numbers) drop(registration, holdNo);
  }

  /** Resolves when every request is booked and every doubt is ended. Takes no new ones. */
  async close(): Promise<void> {
    await this.settles.drain();
    this.recovery.stop();
    if (this.settles.doubts.length > 0) await this.recovery.run();
    await this.reserves.pause();
  }

  private take(registration: Registration, request: ReserveRequest, nowMs: number): Hold | Promise<Hold> {
    const { need, extra = 0 } = request;
    const escrow = registration.escrowFor(request, nowMs);
    const wanted = escrow.extraOf(request, nowMs);
    escrow.demand.note(need + wanted, nowMs);
    escrow.usedAtMs = nowMs;
    if (this.isLending(escrow, wanted > extra ? need + wanted : need, nowMs))
      return new Hold(escrow, request, escrow.take(request, need, { wanted }));
    return this.reserves.wait(escrow, request);
  }

  /** Answers as the same request's line is answered that is on its way already. */
  private async join(running: SettleLine, hold: Hold): Promise<SettleOutcome> {
    if (running.hold !== hold) await this.release(hold);
    return { ...(await running.promise), repeated: true };
  }

  private register({ requestId }: ReserveRequest): Promise<Registration> {
    return this.instance.register().catch((error: unknown) => {
      throw unavailable(requestId, error);
    });
  }

  private isLending(escrow: Escrow, need: number, nowMs: number): boolean {
    return (
      escrow.free >= Math.max(need, 1) &&
      escrow.waiters.length === 0 &&
      this.recovery.isOver &&
      this.instance.isLeased(nowMs)
    );
  }

  /** Where a request was booked before, its points are back before its caller hears of it. */
  private noteBooked(line: SettleLine, { funding, repeated }: SettleOutcome): Promise<void> | undefined {
    const { hold, tries } = line;
    // Sent once and booked before: somebody else's line was, and another hold has paid.
    line.finish(funding === 'hold' && !(repeated && tries === 1));
    if (line.ownsPoints) {
      if (funding === 'hold') this.reserves.returnExcess(hold.escrow);
      else this.recovery.start();
    }
    return repeated ? this.reserves.giveBack(hold.escrow) : undefined;
  }

  private giveUp(line: SettleLine): void {
    line.finish(false);
    this.reserves.returnExcess(line.hold.escrow);
  }

  private isForgettable({ taken, free, waiters, usedAtMs, isClosed, isAsked }: Escrow): boolean {
    const isOld = isClosed || performance.now() - usedAtMs > this.times.forgetMs;
    return isOld && !isAsked && taken === 0 && free === 0 && waiters.length === 0;
  }
}

function drop(registration: Registration, holdNo: number): void {
  const escrow = registration.escrows.get(holdNo);
  if (escrow) registration.drop(escrow);
}
