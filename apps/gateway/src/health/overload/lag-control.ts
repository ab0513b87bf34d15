/** Above the first none is taken, above the second fewer with every tick, below the third more again; between these nothing changes. */
const LAG_STOP_MS = 12;
const LAG_HIGH_MS = 8;
const LAG_LOW_MS = 4;
const LAG_SMOOTHING = 0.4;
/** How much of the rate goes with each tick, the more the later this process is. */
const CUT = 0.02;
const CUT_MAX = 0.06;
/** How much comes back: little while the last cut is recent, since what was too much then is so still; four times as much after this time. */
const GROWTH = 0.0005;
const GROWTH_TICKS = 100;
/** So much does each tick count for what is usual. */
const RATE_SMOOTHING = 0.02;
const RATE_MIN = 1;
/** So much of a tick's requests may be taken at once: what is taken together keeps the process busy together. */
const BURST_TICKS = 0.5;
/** So long is nobody refused before nobody is counted any more, and so long after a cut is lateness still ours, however few are under way. */
const SPARE_TICKS = 50;
/** With so few requests under way it is not they who keep the process busy. */
const IN_FLIGHT_MIN = 192;

/** What one tick found. */
export interface Tick {
  /** How late this process is, milliseconds. */
  readonly lateMs: number;
  /** How many ticks' time has passed since the last one. */
  readonly ticks: number;
  readonly inFlight: number;
  /** Requests taken since the process started. */
  readonly taken: number;
}

/**
 * Keeps the event loop from falling behind by taking just so many requests in a tick as can be served in time: the rate of when it fell
 * behind, lowered until it is on time again, and raised as long as it is. A rate instead of a part of what comes: of a thousand requests
 * that arrive at once even a small part keeps the process busy for longer than anybody may wait to be refused.
 */
export class LagControl {
  private lagMs = 0;
  /** Requests a tick that are usually taken, and that may be. */
  private usual = 0;
  private rate = Infinity;
  /** Requests that may be taken as of a moment, and that moment; none come while the process is far behind. */
  private credit = 0;
  private creditAtMs = 0;
  private isStopped = false;
  private taken = 0;
  private ticksUnrefused = 0;
  private ticksUncut = 0;

  constructor(private readonly tickMs: number) {}

  /** Takes a tick's lateness; requests under way say whether it is ours. */
  tick({ lateMs, ticks, inFlight, taken }: Tick): void {
    this.lagMs += (lateMs - this.lagMs) * LAG_SMOOTHING;
    this.usual += ((taken - this.taken) / ticks - this.usual) * RATE_SMOOTHING;
    this.taken = taken;
    this.ticksUnrefused += 1;
    if (this.lagMs > LAG_HIGH_MS && inFlight >= IN_FLIGHT_MIN) this.lower();
    else if (this.isLimiting && (this.lagMs < LAG_LOW_MS || inFlight < IN_FLIGHT_MIN)) this.raise();
    const isOurs = inFlight >= IN_FLIGHT_MIN || this.ticksUncut < SPARE_TICKS;
    this.isStopped = this.isLimiting && isOurs && this.lagMs > LAG_STOP_MS;
  }

  /** True while there is a limit. */
  get isLimiting(): boolean {
    return this.rate < Infinity;
  }

  /** True for a submission that comes beyond the limit; any other is counted. */
  refusesNext(nowMs: number): boolean {
    if (!this.isLimiting) return false;
    this.refill(nowMs);
    if (this.credit >= 1) {
      this.credit -= 1;
      return false;
    }
    this.ticksUnrefused = 0;
    return true;
  }

  private refill(nowMs: number): void {
    const earned = (this.rate * (nowMs - this.creditAtMs)) / this.tickMs;
    this.creditAtMs = nowMs;
    this.credit = this.isStopped ? 0 : Math.min(this.credit + earned, Math.max(this.rate * BURST_TICKS, 1));
  }

  private lower(): void {
    const rate = this.isLimiting ? this.rate : this.usual;
    this.rate = Math.max(rate * (1 - Math.min((CUT * this.lagMs) / LAG_HIGH_MS, CUT_MAX)), RATE_MIN);
    this.ticksUnrefused = 0;
    this.ticksUncut = 0;
  }

  private raise(): void {
    this.ticksUncut += 1;
    const growth = GROWTH * (1 + this.ticksUncut / GROWTH_TICKS) ** 2;
    this.rate = this.ticksUnrefused > SPARE_TICKS ? Infinity : this.rate * (1 + growth);
  }
}
