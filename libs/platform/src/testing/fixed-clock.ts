import { Clock } from '../clock/clock.js';

/** A clock that stands still until it is told to move. */
export class FixedClock extends Clock {
  private instantMs: number;

  constructor(start: string | number) {
    super();
    this.instantMs = new Date(start).getTime();
  }

  nowMs(): number {
    return this.instantMs;
  }

  /** Moves the clock forward. */
  advance(ms: number): void {
    this.instantMs += ms;
  }
}
