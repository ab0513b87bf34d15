import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Work that must be over before the process stops, though nobody else waits for it. */
@Injectable()
export class RunningWork {
  private readonly works = new Set<Promise<unknown>>();

  /** Counts work as running until it is over; answers the same work. */
  track<T>(work: Promise<T>): Promise<T> {
    this.works.add(work);
    const forget = (): void => void this.works.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when everything is over, or after so many milliseconds. */
  async whenAllOver(ms: number): Promise<void> {
    await Promise.race([Promise.allSettled(this.works), pause(ms, undefined, { ref: false })]);
  }
}
