import { Inject, Injectable } from '@nestjs/common';
import { RATE_STORAGE, type RateRecord, type RateStorage } from './rate-storage.js';

/** At most so many requests in any stretch of so many seconds; both at least 1. */
export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** What is limited, then whose: `address:203.0.113.7`, `account:17`, `model:17:gpt-5`. */
export type RateKey = `${'address' | 'account' | 'model'}:${string}`;

/** The answer to one request for a unit. */
export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Units left in the window after this one. */
  readonly remaining: number;
  /** Milliseconds until the next unit is free: the true wait of a refused caller. */
  readonly resetMs: number;
}

/** Hands out the units of rate limits. Windows slide; a refusal consumes nothing; a unit is never given back. */
@Injectable()
export class RateLimiter {
  constructor(@Inject(RATE_STORAGE) private readonly storage: RateStorage) {}

  /**
   * Takes one unit of the key if one is free; answers at once where the count is in this process's memory. A changed limit is in force at
   * once, over what was admitted under the old one.
   */
  consume(key: RateKey, { requests, windowSeconds }: RateLimit): RateDecision | Promise<RateDecision> {
    const kind = key.slice(0, key.indexOf(':'));
    const record = this.storage.take({ key, kind, limit: requests, ttlMs: windowSeconds * 1000 });
    return record instanceof Promise
      ? record.then((counted) => toDecision(counted, requests))
      : toDecision(record, requests);
  }
}

function toDecision({ isBlocked, totalHits, resetMs }: RateRecord, requests: number): RateDecision {
  return { allowed: !isBlocked, limit: requests, remaining: Math.max(0, requests - totalHits), resetMs };
}
