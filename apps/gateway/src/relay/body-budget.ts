import { getHeapStatistics } from 'node:v8';
import { DomainError } from '@tokenbay/errors';

/** What is left for everything but bodies: parsed and serialised anew, a body takes a few times its size. */
const SHARE_OF_HEAP = 10;

/** Bounds how many bytes of request bodies one process holds at once, so that no number of large requests can exhaust its memory. */
export class BodyBudget {
  private taken = 0;

  constructor(private readonly bytesMax = Math.floor(getHeapStatistics().heap_size_limit / SHARE_OF_HEAP)) {}

  /** Takes a body's bytes. Throws `system_overloaded` where too many are held; one body alone always fits. */
  take(bytes: number): void {
    if (this.taken > 0 && this.taken + bytes > this.bytesMax) {
      throw new DomainError('system_overloaded', 'bodies in memory', { retryAfterSeconds: 1 });
    }
    this.taken += bytes;
  }

  /** Gives a body's bytes back. */
  give(bytes: number): void {
    this.taken -= bytes;
  }
}
