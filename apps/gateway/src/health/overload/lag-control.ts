/** Above it a growing part of the requests is refused, below the lower one a shrinking part: between them nothing changes. */
const LAG_HIGH_MS = 12;
const LAG_LOW_MS = 6;
/** How fast the part grows with each tick, the more the later this process is, and how fast it shrinks: too fast, and the queue is back at once. */
const STEP_UP = 0.04;
const STEP_UP_MAX = 0.15;
const STEP_DOWN = 0.004;
const SMOOTHING = 0.4;
/** With so few requests under way it is not they who keep the process busy. */
const IN_FLIGHT_MIN = 192;

/**
 * Keeps the event loop from falling behind by refusing just so many requests that the others are served in time. A part of them instead of
 * all or none: refusing everybody for a moment and then nobody would let the queue grow in every second moment.
 */
export class LagControl {
  private lagMs = 0;
  private part = 0;
  private owed = 0;

  /** Takes a tick's lateness; requests under way say whether it is ours. */
  tick(lateMs: number, inFlight: number): void {
    this.lagMs += (lateMs - this.lagMs) * SMOOTHING;
    if (this.lagMs > LAG_HIGH_MS && inFlight >= IN_FLIGHT_MIN) {
      this.part = Math.min(1, this.part + Math.min(STEP_UP_MAX, (STEP_UP * this.lagMs) / LAG_HIGH_MS));
    } else if (this.lagMs < LAG_LOW_MS || inFlight < IN_FLIGHT_MIN) {
      this.part = Math.max(0, this.part - STEP_DOWN);
    }
  }

  /** The part of submissions that is refused now, 0 to 1. While it is above 0 every read is. */
  get refusedPart(): number {
    return this.part;
  }

  /** True for just so many of the submissions as the part says, evenly spread. */
  refusesNext(): boolean {
    if (this.part === 0) return false;
    this.owed += this.part;
    if (this.owed < 1) return false;
    this.owed -= 1;
    return true;
  }
}
