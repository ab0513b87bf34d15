import { Inject, Injectable } from '@nestjs/common';
import { RATE_STORAGE, type RateStorage, type RateVerdict } from './rate-storage.js';
import { SLOTS_MAX } from './sliding-window.js';

/** At most so many requests in any stretch of so many seconds; both at least 1. */
export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** At most so many tokens in any stretch of so many seconds; both at least 1. */
export interface TokenRateLimit {
  readonly tokens: number;
  readonly windowSeconds: number;
}

/** What is limited, then whose: `address:203.0.113.7`, `account:17`, `model:17:gpt-5`. */
export type RateKey = `${'address' | 'account' | 'model'}:${string}`;

/** Whose tokens are counted: `account-tokens:17`, `key-tokens:23`. */
export type TokenKey = `${'account' | 'key'}-tokens:${string}`;

/** The answer to one request for a unit. */
export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Units left in the window after this one. */
  readonly remaining: number;
  /** Milliseconds until the next unit is free: the true wait of a refused caller. */
  readonly resetMs: number;
}

/** Tokens come in larger numbers than requests and one time for each request: a quarter of a second of a minute is fine enough. */
const TOKEN_STEPS = 240;

/** Hands out the units of rate limits. Windows slide; a refusal consumes nothing; a unit is never given back. */
@Injectable()
export class RateLimiter {
  constructor(@Inject(RATE_STORAGE) private readonly storage: RateStorage) {}

  /**
   * Takes one unit of the key if one is free; without a promise where this process decides alone. A changed limit is in force at once, over
   * what was admitted under the old one.
   */
  consume(key: RateKey, { requests, windowSeconds }: RateLimit): RateDecision | Promise<RateDecision> {
    const verdict = this.storage.take({
      kind: key.slice(0, key.indexOf(':')),
      key,
      windowMs: windowSeconds * 1000,
      limit: requests,
      units: 1,
      isConsumed: false,
      steps: SLOTS_MAX,
      blockMs: 0,
    });
    return verdict instanceof Promise
      ? verdict.then((told) => toDecision(told, requests))
      : toDecision(verdict, requests);
  }

  /** Says whether any token of the key's limit is left; takes none, since what a request consumes is known when it is over. */
  standing(key: TokenKey, limit: TokenRateLimit): RateDecision | Promise<RateDecision> {
    const verdict = this.storage.take({ ...this.toTokenTake(key, limit), units: 0, isConsumed: false });
    return verdict instanceof Promise
      ? verdict.then((told) => toDecision(told, limit.tokens))
      : toDecision(verdict, limit.tokens);
  }

  /** Counts tokens that were consumed, also beyond the limit. */
  async count(key: TokenKey, limit: TokenRateLimit, tokens: number): Promise<void> {
    await this.storage.take({ ...this.toTokenTake(key, limit), units: tokens, isConsumed: true });
  }

  private toTokenTake(key: TokenKey, { tokens, windowSeconds }: TokenRateLimit) {
    const kind = key.slice(0, key.indexOf(':'));
    return { kind, key, windowMs: windowSeconds * 1000, limit: tokens, steps: TOKEN_STEPS, blockMs: 0 };
  }
}

function toDecision({ isAdmitted, units, resetMs }: RateVerdict, limit: number): RateDecision {
  return { allowed: isAdmitted, limit, remaining: isAdmitted ? Math.max(0, limit - units) : 0, resetMs };
}
