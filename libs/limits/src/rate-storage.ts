import type { ThrottlerStorage } from '@nestjs/throttler';

/** The token by which the storage of rate limits is injected. */
export const RATE_STORAGE = Symbol('RATE_STORAGE');

/** The record of @nestjs/throttler's contract (its times are whole seconds, rounded up), and the same to the millisecond. */
export interface RateRecord {
  /** Units in the window, this one included; `limit + 1` where it was refused, for a refused unit is not kept. */
  readonly totalHits: number;
  readonly timeToExpire: number;
  readonly isBlocked: boolean;
  readonly timeToBlockExpire: number;
  /** Until the next unit is free: after a refusal the true wait, otherwise until the oldest unit leaves the window. */
  readonly resetMs: number;
}

/** A unit that is asked for: of which key, at most how many in any stretch of so many milliseconds. */
export interface RateUnit {
  readonly key: string;
  /** Kinds of keys are kept apart, so that a flood of one kind cannot push out another. */
  readonly kind: string;
  readonly limit: number;
  readonly ttlMs: number;
}

/**
 * Where units are counted: @nestjs/throttler's storage contract, kept by the memory of one process or by a store that several share.
 * `throttlerName` separates kinds of keys, so that a flood of one kind cannot push out another.
 */
export interface RateStorage extends ThrottlerStorage {
  /** Takes a unit without blocking; at once where the count is at hand. */
  take(unit: RateUnit): RateRecord | Promise<RateRecord>;
  increment(
    key: string,
    ttlMs: number,
    limit: number,
    blockDurationMs: number,
    throttlerName: string,
  ): Promise<RateRecord>;
}
