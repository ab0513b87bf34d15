import type { ThrottlerStorage } from '@nestjs/throttler';

/** The token by which the storage of rate limits is injected. */
export const RATE_STORAGE = Symbol('RATE_STORAGE');

/** One question to a store: may so many units be taken, and if so, take them. */
export interface RateTake {
  /** Separates kinds of keys, so that a flood of one kind cannot push out another. */
  readonly kind: string;
  readonly key: string;
  readonly windowMs: number;
  readonly limit: number;
  /** 0 only asks whether there is one. */
  readonly units: number;
  /** True counts the units whatever the limit says: what was consumed already cannot be refused. */
  readonly isConsumed: boolean;
  /** Into how many steps a window is cut at most; `SLOTS_MAX` or less. */
  readonly steps: number;
  /** How long a refused key stays refused beyond its window; 0 for not at all. */
  readonly blockMs: number;
}

/** What a store decided. */
export interface RateVerdict {
  readonly isAdmitted: boolean;
  /** Units now in the window, those just taken included. */
  readonly units: number;
  /** Until the next unit is free: after a refusal the true wait, otherwise until the oldest unit leaves the window. */
  readonly resetMs: number;
  /** From when the units count, by which they can be given back. */
  readonly atMs: number;
}

/** The record of @nestjs/throttler's contract (its times are whole seconds, rounded up), and the same to the millisecond. */
export interface RateRecord {
  /** Units in the window, this one included; `limit + 1` where it was refused, for a refused unit is not kept. */
  readonly totalHits: number;
  readonly timeToExpire: number;
  readonly isBlocked: boolean;
  readonly timeToBlockExpire: number;
  readonly resetMs: number;
}

/**
 * Where units are counted: @nestjs/throttler's storage contract, and `take`, which says the same without a promise where the store is the
 * memory of this process.
 */
export interface RateStorage extends ThrottlerStorage {
  take(take: RateTake): RateVerdict | Promise<RateVerdict>;

  increment(
    key: string,
    ttlMs: number,
    limit: number,
    blockDurationMs: number,
    throttlerName: string,
  ): Promise<RateRecord>;
}

/** A store that can give units back, for whoever asks two stores and is refused by the second. */
export interface RevocableRateStorage extends RateStorage {
  /** Undoes what a `take` with this verdict counted, at once or soon. */
  giveBack(take: RateTake, verdict: RateVerdict): void;
}

/** A verdict in the words of @nestjs/throttler. */
export function toRateRecord({ isAdmitted, units, resetMs }: RateVerdict, limit: number): RateRecord {
  const seconds = Math.ceil(resetMs / 1000);
  return {
    totalHits: isAdmitted ? units : Math.max(units, limit) + 1,
    timeToExpire: seconds,
    isBlocked: !isAdmitted,
    timeToBlockExpire: isAdmitted ? 0 : seconds,
    resetMs,
  };
}
