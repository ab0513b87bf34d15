const WINDOW_MS = 1_000;

/** What was asked for in about the last second: that of the second that runs, and the fading rest of the one before. */
export class Demand {
  private points = 0;
  private count = 0;
  private pointsBefore = 0;
  private countBefore = 0;
  private sinceMs = -Infinity;

  /** Notes a request for so many micropoints. */
  note(points: number, nowMs: number): void {
    this.turn(nowMs);
    this.points += points;
    this.count += 1;
  }

  /** Micropoints asked for, and by how many requests. */
  recent(nowMs: number): { readonly points: number; readonly count: number } {
    this.turn(nowMs);
    const rest = Math.max(1 - (nowMs - this.sinceMs) / WINDOW_MS, 0);
    return {
      points: Math.floor(this.points + this.pointsBefore * rest),
      count: this.count + this.countBefore * rest,
    };
  }

  /** How many requests the second before this one had. */
  before(nowMs: number): number {
    this.turn(nowMs);
    return this.countBefore;
  }

  /** Forgets what was asked for. */
  forget(): void {
    this.sinceMs = -Infinity;
    this.turn(0);
  }

  private turn(nowMs: number): void {
    const passedMs = nowMs - this.sinceMs;
    if (passedMs < WINDOW_MS) return;
    const isAdjacent = passedMs < 2 * WINDOW_MS;
    this.pointsBefore = isAdjacent ? this.points : 0;
    this.countBefore = isAdjacent ? this.count : 0;
    this.points = 0;
    this.count = 0;
    this.sinceMs = isAdjacent ? this.sinceMs + WINDOW_MS : nowMs;
  }
}
