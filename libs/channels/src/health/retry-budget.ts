import { SlidingCounts } from './sliding-counts.js';

/** Of the requests of the last ten seconds so many in a hundred may be tried again, and so many whatever the traffic. */
const PERCENT = 10;
const FLOOR = 100;

/** Keeps second tries a small part of the traffic, so that a failing provider is not beaten while it is down. */
export class RetryBudget {
  /** How often one more try was allowed, and not, since the process began. */
  taken = 0;
  refused = 0;
  private readonly counts = new SlidingCounts();

  constructor(private readonly now: () => number) {}

  countRequest(): void {
    this.counts.add(this.now());
  }

  /** True where one more try is allowed, which is then taken. */
  tryTake(): boolean {
    const nowMs = this.now();
    if (this.counts.marked(nowMs) >= FLOOR + (this.counts.total(nowMs) * PERCENT) / 100) {
      this.refused += 1;
      return false;
    }
    this.taken += 1;
    this.counts.mark(nowMs);
    return true;
  }
}
