const BUCKETS = 10;
const BUCKET_MS = 1_000;

/** How many events there were in the last ten seconds, and how many of them were marked. Adding is a few array accesses; no timer. */
export class SlidingCounts {
  private readonly totals = new Uint32Array(BUCKETS);
  private readonly marks = new Uint32Array(BUCKETS);
  private bucket = 0;
  private totalSum = 0;
  private markedSum = 0;

  add(nowMs: number): void {
    this.advance(nowMs);
    this.totals[this.bucket % BUCKETS]! += 1;
    this.totalSum += 1;
  }

  mark(nowMs: number): void {
    this.advance(nowMs);
    this.marks[this.bucket % BUCKETS]! += 1;
    this.markedSum += 1;
  }

  total(nowMs: number): number {
    this.advance(nowMs);
    return this.totalSum;
  }

  marked(nowMs: number): number {
    this.advance(nowMs);
    return this.markedSum;
  }

  clear(): void {
    this.totals.fill(0);
    this.marks.fill(0);
    this.totalSum = 0;
    this.markedSum = 0;
  }

  private advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    if (bucket <= this.bucket) return;
    const passed = Math.min(bucket - this.bucket, BUCKETS);
    for (let step = 1; step <= passed; step += 1) this.drop((bucket - passed + step) % BUCKETS);
    this.bucket = bucket;
  }

  private drop(index: number): void {
    this.totalSum -= this.totals[index]!;
    this.markedSum -= this.marks[index]!;
    this.totals[index] = 0;
    this.marks[index] = 0;
  }
}
