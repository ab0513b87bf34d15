/** Slots of one window at most. A limit above it is counted in steps of window / SLOTS_MAX, and never in the caller's favour. */
export const SLOTS_MAX = 4096;
const SLOTS_AT_FIRST = 4;

/** What is added to a window: where its limit exceeds `steps`, it is counted in steps of window / steps. */
export interface Addition {
  readonly units: number;
  readonly limit: number;
  readonly windowMs: number;
  /** At most `SLOTS_MAX`. */
  readonly steps: number;
}

/**
 * The units admitted lately, as a ring of (time, count) slots, oldest first. Units of one instant share a slot; where the limit exceeds
 * the number of steps, units of one step do, and count from its end: a unit may then leave the window up to one step late, never early.
 */
export class SlidingWindow {
  private times = blank(SLOTS_AT_FIRST);
  private counts = blank(SLOTS_AT_FIRST);
  private head = 0;
  private used = 0;
  private total = 0;
  private seenMs = -Infinity;
  private windowMs = 0;

  /** Until when a penalty beyond the window lasts; 0 for none. */
  blockedUntilMs = 0;

  /** Slots that memory is held for. */
  get capacity(): number {
    return this.times.length;
  }

  /** Units now in the window. */
  get units(): number {
    return this.total;
  }

  /** Drops what has left the window; must be called before anything else is asked of that instant. */
  advance(nowMs: number, windowMs: number): void {
    if (nowMs < this.seenMs) this.moveBack(this.seenMs - nowMs);
    this.seenMs = nowMs;
    this.windowMs = windowMs;
    while (this.used > 0 && this.timeAt(0) + windowMs <= nowMs) {
      this.total -= this.countAt(0);
      this.head = (this.head + 1) & (this.capacity - 1);
      this.used -= 1;
    }
  }

  /** Counts units; answers the time they count from, by which they can be taken out again. */
  add(nowMs: number, { units, limit, windowMs, steps }: Addition): number {
    const stepMs = limit > steps ? Math.ceil(windowMs / steps) : 1;
    const time = Math.max(Math.ceil(nowMs / stepMs) * stepMs, this.newest);
    if (this.used > 0 && this.newest === time) {
      this.counts[this.slot(this.used - 1)] = this.countAt(this.used - 1) + units;
    } else {
      if (this.used === this.capacity) this.grow();
      this.times[this.slot(this.used)] = time;
      this.counts[this.slot(this.used)] = units;
      this.used += 1;
    }
    this.total += units;
    return time;
  }

  /** Takes units out again that were counted from that time; where they have left the window, or the clock was set, nothing changes. */
  remove(time: number, units: number): void {
    for (let index = this.used - 1; index >= 0 && this.timeAt(index) >= time; index -= 1) {
      if (this.timeAt(index) !== time || this.countAt(index) < units) continue;
      this.counts[this.slot(index)] = this.countAt(index) - units;
      this.total -= units;
      return;
    }
  }

  /** Milliseconds until fewer than `below` units are in the window; 0 if that is so already. */
  waitMs(nowMs: number, windowMs: number, below: number): number {
    let left = this.total;
    for (let index = 0; left >= below && index < this.used; index += 1) {
      left -= this.countAt(index);
      if (left < below) return this.timeAt(index) + windowMs - nowMs;
    }
    return 0;
  }

  /** True where forgetting the window would change nothing. */
  isSpent(nowMs: number): boolean {
    return this.newest + this.windowMs <= nowMs && this.blockedUntilMs <= nowMs;
  }

  private get newest(): number {
    return this.used === 0 ? -Infinity : this.timeAt(this.used - 1);
  }

  /** A clock that was set back must not freeze the window: the past moves with it, keeping its order and its distances. */
  private moveBack(ms: number): void {
    for (let index = 0; index < this.used; index += 1) this.times[this.slot(index)] = this.timeAt(index) - ms;
    this.blockedUntilMs -= ms;
  }

  private grow(): void {
    const { times, counts } = this;
    this.times = blank(times.length * 2);
    this.counts = blank(times.length * 2);
    for (let index = 0; index < this.used; index += 1) {
      const from = (this.head + index) & (times.length - 1);
      this.times[index] = times[from] as number;
      this.counts[index] = counts[from] as number;
    }
    this.head = 0;
  }

  private slot(index: number): number {
    return (this.head + index) & (this.capacity - 1);
  }

  private timeAt(index: number): number {
    return this.times[this.slot(index)] as number;
  }

  private countAt(index: number): number {
    return this.counts[this.slot(index)] as number;
  }
}

/** Plain arrays of doubles: most windows are tiny, and a typed array costs a few hundred bytes before it holds anything. */
function blank(slots: number): number[] {
  return new Array<number>(slots).fill(-Infinity);
}
