const FIRST_MS = 100;
const MAX_MS = 10_000;
/** Whoever lived so long did not end by what it began with. */
const STEADY_MS = 30_000;

/** How long to wait before a worker that ended is replaced: longer each time they end soon after their start. */
export class Restarts {
  private inARow = 0;

  /** Milliseconds until the next start, given how long the worker that ended had lived. */
  delayAfter(livedMs: number): number {
    if (livedMs >= STEADY_MS) this.inARow = 0;
    const delay = Math.min(MAX_MS, FIRST_MS * 2 ** this.inARow);
    this.inARow += 1;
    return delay;
  }
}
