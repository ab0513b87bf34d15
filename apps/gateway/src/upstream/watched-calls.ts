import { Roster } from '@tokenbay/platform';
import type { UpstreamCall } from './upstream-call.js';

const SWEEP_MS = 100;
/** A sweep that is later than this says that the process was busy, and could not have seen what came meanwhile. */
const LATE_MS_MIN = 25;

/** The calls under way, each held to its time limits by one timer for all of them. */
export class WatchedCalls extends Roster<UpstreamCall> {
  private sweptAtMs = performance.now();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();

  /** Ends every call and watches no more. */
  stop(): void {
    clearInterval(this.sweeper);
    this.forEach((call) => call.abort());
  }

  private sweep(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.sweptAtMs - SWEEP_MS;
    this.sweptAtMs = nowMs;
    if (lateMs > LATE_MS_MIN) this.forEach((call) => call.postpone(lateMs));
    this.forEach((call) => call.expire(nowMs));
  }
}
