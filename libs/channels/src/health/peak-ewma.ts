const DECAY_MS = 10_000;

/**
 * How long something takes, believed at once when it gets slower and only slowly when it gets quicker. What is not observed is forgotten,
 * so that the slow are tried again. 0 where nothing is known.
 */
export class PeakEwma {
  private value = 0;
  private atMs = 0;

  observe(ms: number, nowMs: number): void {
    const known = this.read(nowMs);
    const rest = Math.exp(-(nowMs - this.atMs) / DECAY_MS);
    this.value = ms >= known ? ms : this.value * rest + ms * (1 - rest);
    this.atMs = nowMs;
  }

  read(nowMs: number): number {
    return this.value === 0 ? 0 : this.value * Math.exp(-(nowMs - this.atMs) / DECAY_MS);
  }
}
