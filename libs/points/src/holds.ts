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

  /** Takes a request's points. */
  async reserve(request: ReserveRequest): Promise<Hold> {
    const { least, need, extra = 0, requestId } = request;
    if (![least, need, extra].every(isAmount) || least > need)
      throw new DomainError('internal_error', `reserve of ${least} to ${need} micropoints`);
    if (this.settles.isStuck(performance.now())) throw unavailable(`${requestId}: charges wait for the disk`);
    const registration = this.instance.current ?? (await this.register(request));
    const nowMs = performance.now();
    const escrow = registration.escrowFor(request, nowMs);
    escrow.demand.note(need + extra, nowMs);
    escrow.usedAtMs = nowMs;
    if (this.isLending(escrow, need, nowMs)) return new Hold(escrow, request, escrow.take(request, need));
    return this.reserves.wait(escrow, request);
  }

  /** Books a request; resolves once that is durable. A request that is on its way already is not sent twice. */
  async settle(hold: Hold, charge: Charge): Promise<SettleOutcome> {
    const running = this.settles.find(charge.requestId);
    if (running) {
      if (running.hold !== hold) await this.release(hold);
      return { ...(await running.promise), repeated: true };
    }
    try {
      const line = new SettleLine(hold, charge, !hold.isOver);
      this.settles.push(line);
      hold.isOver = true;
      const outcome = await line.promise;
      if (outcome.repeated) await this.reserves.giveBack(hold.escrow);
      return outcome;
    } catch (error) {
      await this.release(hold);
      throw error;
    }
  }

  /** Gives a request's points back, or keeps them for the next one. */
  async release(hold: Hold): Promise<void> {
    if (hold.isOver) return;
    hold.isOver = true;
    hold.escrow.untake(hold.points, 0);
    if (hold.escrow.isSteady(performance.now())) void this.reserves.giveBack(hold.escrow);
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

  private noteBooked(line: SettleLine, { funding, repeated }: SettleOutcome): void {
    const { hold, tries } = line;
    // Sent once and booked before: somebody else's line was, and another hold has paid.
    line.finish(funding === 'hold' && !(repeated && tries === 1));
    if (!line.ownsPoints) return;
    if (funding === 'hold') void this.reserves.giveBack(hold.escrow);
    else this.recovery.start();
  }

  private giveUp(line: SettleLine): void {
    line.finish(false);
    void this.reserves.giveBack(line.hold.escrow);
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
