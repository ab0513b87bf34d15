/** The mean of what was noted since it was last asked for. */
export class RecentMean {
  private sum = 0;
  private count = 0;

  note(value: number): void {
    this.sum += value;
    this.count += 1;
  }

  /** The mean, 0 where nothing was noted; begins anew. */
  take(): number {
    const mean = this.count === 0 ? 0 : this.sum / this.count;
    this.sum = 0;
    this.count = 0;
    return mean;
  }
}
