import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Clock } from '@tokenbay/platform';
import { LRUCache } from 'lru-cache';

const FAILURES_PER_WINDOW_MAX = 300;
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

interface Failures {
  count: number;
  readonly endsAtMs: number;
}

/** Counts wrong tokens per address, so that nobody tries them in bulk. Remembers the addresses seen last, in a bounded number. */
@Injectable()
export class AttemptLimiter {
  private readonly failures = new LRUCache<string, Failures>({ max: ADDRESSES_MAX });

  constructor(private readonly clock: Clock) {}

  /** Throws `global_rate_limited` while an address has sent too many wrong tokens within the minute. */
  assertMayTry(address: string): void {
    const failures = this.failures.get(address);
    const waitMs = failures ? failures.endsAtMs - this.clock.nowMs() : 0;
    if (failures && waitMs > 0 && failures.count >= FAILURES_PER_WINDOW_MAX)
      throw new DomainError('global_rate_limited', 'too many wrong admin tokens', { retryAfterSeconds: waitMs / 1000 });
  }

  /** Notes a wrong token. */
  reportFailure(address: string): void {
    const nowMs = this.clock.nowMs();
    const failures = this.failures.get(address);
    if (failures && failures.endsAtMs > nowMs) failures.count += 1;
    else this.failures.set(address, { count: 1, endsAtMs: nowMs + WINDOW_MS });
  }
}
