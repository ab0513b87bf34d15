import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import type { Charge, SettleOutcome } from './charge.js';
import { isAmount } from './charge-row.js';
import type { Hold, ReserveRequest } from './hold.js';
import { LedgerInstance } from './ledger-instance.js';
import { type Grant, LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { isTransient } from './run-bounded.js';

/** What a client is told to wait when the database does not answer. */
const RETRY_AFTER_SECONDS = 2;
/** Requests whose booking is in doubt that are remembered; beyond it their holds merely come back. */
const DOUBTS_MAX = 10_000;

/**
 * Takes holds and ends them, whatever the connection does meanwhile. What may have happened without our knowledge is put right later, by
 * `recover` and `sweep`: a hold nobody uses goes back, a charge for an answer that was cut is refunded.
 */
@Injectable()
export class Holds {
  private readonly doubts = new Map<string, { readonly hold: Hold; readonly charge: Charge }>();

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly instance: LedgerInstance,
    private readonly times: LedgerTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes a hold. Every try has a hold number of its own, so that a try of unknown outcome can do no more than be swept later. */
  async reserve(request: ReserveRequest): Promise<Hold> {
    const isWellFormed = [request.least, request.need, request.extra ?? 0].every(isAmount);
    if (!isWellFormed || request.least > request.need)
      throw new DomainError('internal_error', `reserve of ${request.least} to ${request.need} micropoints`);
    const againUntilMs = performance.now() + this.times.reserveAgainMs;
    const hold = await this.tryReserve(request).catch((error: unknown) => {
      if (error instanceof DomainError || !isTransient(error)) throw error;
      if (performance.now() > againUntilMs) throw unavailable(request.requestId, error);
      return undefined;
    });
    return hold ?? this.reserveAgain(request);
  }

  /** Books a request, repeating until it is known to be booked or the time is up. */
  async settle(hold: Hold, charge: Charge): Promise<SettleOutcome> {
    const untilMs = performance.now() + this.times.settleMs;
    for (;;) {
      try {
        const outcome = await this.ledger.settle(hold, charge);
        this.instance.drop(hold);
        return outcome;
      } catch (error) {
        if (error instanceof DomainError || !isTransient(error)) throw this.giveUp(hold, charge, error);
        if (performance.now() + this.times.pauseMs > untilMs) throw this.postpone(hold, charge, error);
      }
      await pause(this.times.pauseMs);
    }
  }

  /** Gives a hold back; where that fails now, the sweep does it later. */
  async release(hold: Hold): Promise<void> {
    this.instance.drop(hold);
    await this.ledger
      .release(hold)
      .catch((error: unknown) => this.logger.debug({ cause: describeError(error) }, 'release failed'));
  }

  /**
   * Ends doubts, until the time is up: a request whose answer was cut because it could not be booked in time is booked as failed, for
   * nothing. One that the ledger refuses for good is given up, so that it does not stand in the others' way.
   */
  async recover(untilMs = Infinity): Promise<void> {
    for (const [requestId, { hold, charge }] of this.doubts) {
      if (performance.now() > untilMs) return;
      try {
        const outcome = await this.ledger.settle(hold, { ...charge, outcome: 'failed', code: 'ledger_unavailable' });
        if (outcome.repeated && outcome.points > 0) await this.ledger.refund(hold, charge, outcome.points);
      } catch (error) {
        if (isTransient(error)) throw error;
        this.giveUp(hold, charge, error);
      }
      this.doubts.delete(requestId);
      this.instance.drop(hold);
    }
  }

  /** Gives back holds of this process that nobody in it uses, until the time is up: tries of unknown outcome that did succeed. */
  async sweep(untilMs = Infinity): Promise<void> {
    const registration = this.instance.current;
    if (!registration) return;
    for (const holdNo of await this.ledger.listHoldNumbers(registration.id)) {
      if (performance.now() > untilMs) return;
      if (registration.inUse.has(holdNo)) continue;
      await this.ledger.release({ ownerId: registration.id, holdNo });
      this.logger.warn({ holdNo }, 'a hold that nobody used was given back');
    }
  }

  private async reserveAgain(request: ReserveRequest): Promise<Hold> {
    await pause(this.times.pauseMs);
    const hold = await this.tryReserve(request).catch((error: unknown) => {
      if (error instanceof DomainError || !isTransient(error)) throw error;
      throw unavailable(request.requestId, error);
    });
    if (hold) return hold;
    throw unavailable(request.requestId, undefined);
  }

  /** Undefined where this process had been declared dead; it is registered anew at the next try. */
  private async tryReserve(request: ReserveRequest): Promise<Hold | undefined> {
    const registration = this.instance.current ?? (await this.instance.register());
    const id = registration.nextHold();
    let grant: Grant | undefined;
    try {
      grant = await this.ledger.reserve(id, request);
    } finally {
      if (grant?.outcome !== 'granted') registration.inUse.delete(id.holdNo);
    }
    if (grant.outcome === 'granted') {
      const { accountId, apiKeyId, budgeted } = request;
      return { ...id, accountId, apiKeyId, budgeted, windowNo: grant.windowNo, points: grant.points };
    }
    if (grant.outcome !== 'fenced') throw refusal(grant, request);
    this.instance.forget(registration);
    return undefined;
  }

  private giveUp(hold: Hold, { requestId }: Charge, error: unknown): DomainError {
    this.instance.drop(hold);
    this.logger.error({ cause: describeError(error), requestId }, 'a request cannot be booked and is not charged');
    return error instanceof DomainError
      ? error
      : new DomainError('internal_error', 'the ledger refused a charge', { cause: error });
  }

  private postpone(hold: Hold, charge: Charge, error: unknown): DomainError {
    if (this.doubts.size < DOUBTS_MAX) this.doubts.set(charge.requestId, { hold, charge });
    else this.instance.drop(hold);
    return unavailable(charge.requestId, error);
  }
}

function unavailable(requestId: string, cause: unknown): DomainError {
  return new DomainError('ledger_unavailable', requestId, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function refusal(grant: Exclude<Grant, { outcome: 'granted' }>, { requestId, least }: ReserveRequest): DomainError {
  const detail = `${requestId} needs at least ${least} micropoints`;
  if (grant.outcome === 'account') return new DomainError('account_point_insufficient', detail);
  if (grant.outcome === 'quota') return new DomainError('api_key_point_insufficient', detail);
  const retryAfterSeconds = grant.outcome === 'period' ? Math.max(grant.retryAfterSeconds, 1) : 1;
  return new DomainError('api_key_point_limit_exceeded', detail, { retryAfterSeconds });
}
