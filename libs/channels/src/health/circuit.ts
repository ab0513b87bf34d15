import { HEALTH_REASONS, type HealthReason, isLoad } from './health-reason.js';

/** Nobody is believed who asks to be left alone for longer. */
const WAIT_MS_MAX = 3_600_000;
/** A part of each wait is left to chance, so that many processes do not come back at the same instant. It is only ever added. */
const JITTER = 0.1;
/** Who tries for longer than this keeps nobody else from trying: a provider that hung may be well by now. */
const TRIAL_MS_MAX = 10_000;

/** A finding against what a circuit guards. */
export interface Finding {
  readonly reason: HealthReason;
  readonly nowMs: number;
  /** Who found it, where that was a request of this process. */
  readonly finder?: object;
  /** When the finder's request began: what is older than the last change says nothing new. */
  readonly startedAtMs?: number;
  /** How long the upstream asks to be left alone. */
  readonly waitMs?: number | undefined;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * Keeps requests away from what fails: closed until something is found, then open for a while, then half open, when one request at a time
 * may try; its success closes, its failure opens for twice as long.
 */
export class Circuit {
  /** Null while closed. */
  reason: HealthReason | null = null;
  /** When it is half open, on the monotonic clock. */
  untilMs = 0;
  /** True while it is open for load, and only by our own caution: who has nowhere else to go may go through. */
  isSoft = false;
  private openings = 0;
  private changedAtMs = -Infinity;
  private probe: object | null = null;
  private probedAtMs = 0;

  allows(nowMs: number): boolean {
    return this.reason === null || (nowMs >= this.untilMs && !this.isTried(nowMs));
  }

  /** True where what began then was sent before the last change, and so tells nothing of what is now. */
  isStale(startedAtMs: number): boolean {
    return startedAtMs < this.changedAtMs;
  }

  /** A request goes through. Of those that go through although the circuit is not closed, the first is the one that tries. */
  enter(visitor: object, nowMs: number): void {
    if (this.reason === null || this.isTried(nowMs)) return;
    this.probe = visitor;
    this.probedAtMs = nowMs;
  }

  /** A request is over and has found nothing out. */
  leave(visitor: object): void {
    if (this.probe === visitor) this.probe = null;
  }

  /** A request found that all is well. True where that closed the circuit: what was sent before it opened does not. */
  close(startedAtMs: number, nowMs: number): boolean {
    if (this.reason === null || startedAtMs <= this.changedAtMs) return false;
    this.reset(nowMs);
    return true;
  }

  /** Closes whatever was found. */
  reset(nowMs: number): void {
    this.reason = null;
    this.isSoft = false;
    this.openings = 0;
    this.probe = null;
    this.changedAtMs = nowMs;
  }

  /** True where the finding opened the circuit, or keeps it open for longer. */
  open({ reason, nowMs, finder, startedAtMs = nowMs, waitMs, random }: Finding): boolean {
    if (this.reason === null) {
      if (this.isStale(startedAtMs)) return false;
      this.openings = 0;
    } else if (finder === undefined || this.probe !== finder) {
      const isWorse = isDisabling(reason) && !isDisabling(this.reason);
      if (!isWorse) return this.extend(reason, nowMs, waitMs);
      this.openings = 0;
    } else if (isDisabling(reason) !== isDisabling(this.reason)) this.openings = 0;
    this.openings += 1;
    this.reason = reason;
    this.isSoft = isLoad(reason) && waitMs === undefined;
    this.untilMs = nowMs + this.openMs(reason, waitMs) * (1 + JITTER * random);
    this.probe = null;
    this.changedAtMs = nowMs;
    return true;
  }

  /** Takes over that it was disabled elsewhere: for as long as was found there, and for longer after the next failed trial. */
  learn({ reason, nowMs, waitMs = 0, random }: Finding): void {
    const untilMs = nowMs + waitMs * (1 + JITTER * random);
    if (this.reason !== null && isDisabling(this.reason)) {
      this.untilMs = Math.max(this.untilMs, nowMs + waitMs);
      return;
    }
    this.reason = reason;
    this.isSoft = false;
    this.untilMs = untilMs;
    this.openings = 1 + Math.max(Math.ceil(Math.log2(waitMs / HEALTH_REASONS[reason].firstMs)), 0);
    this.probe = null;
    this.changedAtMs = nowMs;
  }

  private isTried(nowMs: number): boolean {
    return this.probe !== null && nowMs - this.probedAtMs < TRIAL_MS_MAX;
  }

  /** Who is not the one that tries cannot shorten the wait, nor double it; the upstream's own word can make it longer. */
  private extend(reason: HealthReason, nowMs: number, waitMs: number | undefined): boolean {
    if (reason !== this.reason || waitMs === undefined) return false;
    const untilMs = nowMs + Math.min(waitMs, WAIT_MS_MAX);
    if (untilMs <= this.untilMs) return false;
    this.isSoft = false;
    this.untilMs = untilMs;
    return true;
  }

  private openMs(reason: HealthReason, waitMs: number | undefined): number {
    const { firstMs, mostMs } = HEALTH_REASONS[reason];
    if (waitMs !== undefined) return Math.min(Math.max(waitMs, firstMs), WAIT_MS_MAX);
    return Math.min(firstMs * 2 ** (this.openings - 1), mostMs);
  }
}

function isDisabling(reason: HealthReason): boolean {
  return HEALTH_REASONS[reason].state === 'disabled';
}
