import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Work that must be over before the process stops, though nobody else waits for it. */
@Injectable()
export class RunningWork {
  private running = 0;
  private readonly waiters: (() => void)[] = [];

  /** Counts work in; each begun is ended once. */
  begin(): void {
    this.running += 1;
  }

  /** Counts work out. */
  end(): void {
    this.running -= 1;
    if (this.running === 0) for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** Counts work as running until it is over; answers the same work. */
  track<T>(work: Promise<T>): Promise<T> {
    this.begin();
    const end = (): void => this.end();
    work.then(end, end);
    return work;
  }

  /** Resolves when nothing runs, or after so many milliseconds. */
  async whenAllOver(ms: number): Promise<void> {
    if (this.running === 0) return;
    const over = new Promise<void>((resolve) => void this.waiters.push(resolve));
    await Promise.race([over, pause(ms, undefined, { ref: false })]);
  }
}
