import { Inject, Injectable } from '@nestjs/common';
import { SEATS, type Seats } from './seats.js';

/** Whose requests are counted while they run: `account-parallel:17`, `key-parallel:23`; an account's downloads: `content-parallel:17`. */
export type SeatKey = `${'account' | 'key' | 'content'}-parallel:${string}`;

/** Bounds how many requests run at the same time. */
@Injectable()
export class ParallelLimiter {
  constructor(@Inject(SEATS) private readonly seats: Seats) {}

  /** Takes a seat if fewer than `limit` are taken; whoever is let in must leave once. Without a promise where this process decides alone. */
  enter(key: SeatKey, limit: number): boolean | Promise<boolean> {
    const verdict = this.seats.enter(key, limit);
    return verdict instanceof Promise ? verdict.then(({ isAdmitted }) => isAdmitted) : verdict.isAdmitted;
  }

  /** Leaves a seat. */
  leave(key: SeatKey): void {
    this.seats.leave(key);
  }
}
