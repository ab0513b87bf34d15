import { Circuit } from './circuit.js';
import { PeakEwma } from './peak-ewma.js';
import { SlidingCounts } from './sliding-counts.js';

/** The circuit opens when of at least so many answers in the window this share failed, or so many in a row. */
const ANSWERS_MIN = 5;
const FAILED_SHARE_MAX = 0.5;
const FAILED_IN_A_ROW_MAX = 5;
/** What fails often is still asked now and then, or it could never do better. */
const HEALTH_MIN = 0.1;

/** How one model of one channel does. */
export class ModelState {
  readonly circuit = new Circuit();
  /** Time to the first byte of whole answers and of streams, in milliseconds. */
  readonly plain = new PeakEwma();
  readonly stream = new PeakEwma();
  private readonly answers = new SlidingCounts();
  private failedInARow = 0;
  /** When the first of them was sent. */
  private failedFromMs = 0;

  /** The share of answers that were good, in (0, 1]; 1 where there are too few to tell, and where the next request is the one that tries. */
  health(nowMs: number): number {
    if (this.circuit.reason !== null) return 1;
    const total = this.answers.total(nowMs);
    if (total < ANSWERS_MIN) return 1;
    return Math.max(1 - this.answers.marked(nowMs) / total, HEALTH_MIN);
  }

  /** What was sent before the first that failed tells only of an earlier time, however late its answer ends. */
  countGood(nowMs: number, startedAtMs: number): void {
    this.answers.add(nowMs);
    if (startedAtMs >= this.failedFromMs) this.failedInARow = 0;
  }

  /** True where so many have failed that the circuit must open. */
  countFailed(nowMs: number, startedAtMs: number): boolean {
    this.answers.add(nowMs);
    this.answers.mark(nowMs);
    if (this.failedInARow === 0) this.failedFromMs = startedAtMs;
    this.failedInARow += 1;
    if (this.failedInARow >= FAILED_IN_A_ROW_MAX) return true;
    const total = this.answers.total(nowMs);
    return total >= ANSWERS_MIN && this.answers.marked(nowMs) >= total * FAILED_SHARE_MAX;
  }

  /** What was before the circuit closed says nothing of what comes. */
  forget(): void {
    this.answers.clear();
    this.failedInARow = 0;
  }
}
