import type { Member, Roster } from '@tokenbay/platform';
import type { AnswerListener, Wire } from './http1/answer-listener.js';
import { UpstreamError } from './upstream-error.js';

/** The longest that each phase of a call may take, in milliseconds. */
export interface CallLimits {
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/** Takes one chunk; a promise makes the upstream wait until it resolves. */
export type ChunkConsumer = (chunk: Buffer) => void | Promise<void>;

/** So much is kept for a consumer that is about to come: a whole answer usually arrives together with its head. */
const WAITING_BYTES_MAX = 65_536;

/** So many chunks of a body that is read whole are kept as they came: one of a byte costs the memory of a hundred. */
const LOOSE_CHUNKS_MAX = 1_024;

/** Who takes more of the total time than this part of it has cut the answer short himself. */
const SLOW_CLIENT_PART = 0.5;

const OUT_OF_DESCRIPTORS = new Set(['EMFILE', 'ENFILE']);

/**
 * One call to an upstream: resolves `started` at the response's head, then hands its body to one consumer. Chunks that arrive before the
 * consumer are kept. Time limits are checked from outside by `expire`, so that a call needs no timer of its own.
 */
export class UpstreamCall implements AnswerListener, Member {
  place = -1;
  readonly started: Promise<this>;
  status = 0;
  headers: Readonly<Record<string, string | undefined>> = {};
  /** When the current phase must be over, on the monotonic clock. */
  private phaseEndsAtMs: number;
  private totalEndsAtMs: number;
  private abandonedAtMs = Infinity;
  private wire: Wire | undefined;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private consumer: ChunkConsumer | undefined;
  private failure: UpstreamError | undefined;
  private isEnded = false;
  private isBusy = false;
  /** How long the consumer has kept the upstream waiting, and since when it does. */
  private busyMs = 0;
  private busySinceMs = 0;
  private resolveStarted!: (call: this) => void;
  private rejectStarted!: (error: UpstreamError) => void;
  private resolveBody: (() => void) | undefined;
  private rejectBody: ((error: unknown) => void) | undefined;
  private overListener: (() => void) | undefined;

  constructor(
    private readonly limits: CallLimits,
    /** Where it is while it is under way. */
    private readonly calls: Roster<UpstreamCall>,
  ) {
    calls.add(this);
    const nowMs = performance.now();
    this.totalEndsAtMs = nowMs + limits.totalTimeoutMs;
    this.phaseEndsAtMs = nowMs + limits.connectTimeoutMs + limits.firstByteTimeoutMs;
    this.started = new Promise((resolve, reject) => {
      this.resolveStarted = resolve;
      this.rejectStarted = reject;
    });
  }

  /** Hands every chunk of the body, in order, to the consumer. Resolves at the body's end; rejects with UpstreamError or what the consumer threw. */
  consume(consumer: ChunkConsumer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolveBody = resolve;
      this.rejectBody = reject;
      this.consumer = consumer;
      this.drain();
    });
  }

  /** The whole body; at once where all of it has arrived. Throws, or rejects with, `too_large` beyond the given size. */
  readAll(bytesMax: number): Buffer | Promise<Buffer> {
    if (this.isEnded) return joinWithin(this.waiting.splice(0), bytesMax);
    const chunks: Buffer[] = [];
    let joined = 0;
    let bytes = 0;
    const over = this.consume((chunk) => {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      if (chunks.push(chunk) - joined < LOOSE_CHUNKS_MAX) return;
      chunks.push(Buffer.concat(chunks.splice(joined)));
      joined += 1;
    });
    return over.then(() => joinWithin(chunks, bytesMax));
  }

  /** Ends the call; whoever waits for it is answered with the error. A call that is over is left alone. */
  abort(error: UpstreamError = new UpstreamError('aborted', 'by us')): void {
    if (this.isEnded || this.failure) return;
    this.fail(error);
    this.wire?.abort(error);
  }

  /** Calls back once when nothing more comes, well or badly; at once if that is so already. One may ask. */
  whenOver(callback: () => void): void {
    if (this.isEnded || this.failure) callback();
    else this.overListener = callback;
  }

  /** Gives a call whose client has left this much more time, and then ends it with `abandoned`. */
  abandonWithin(ms: number): void {
    this.abandonedAtMs = Math.min(this.abandonedAtMs, performance.now() + ms);
    if (ms <= 0) this.abort(new UpstreamError('abandoned', 'its client has left'));
  }

  /** Leaves at most this much more time. */
  endWithin(ms: number): void {
    this.totalEndsAtMs = Math.min(this.totalEndsAtMs, performance.now() + ms);
  }

  /** Gives the upstream back the time in which this process was too busy to hear of it. The call as a whole gets no longer. */
  postpone(ms: number): void {
    this.phaseEndsAtMs += ms;
  }

  /** Ends the call if a limit is exceeded: with `timeout`, or with `abandoned` where its client has left, or took most of the time itself. */
  expire(nowMs: number): void {
    if (nowMs >= this.abandonedAtMs) return this.abandonWithin(0);
    if (nowMs < this.phaseEndsAtMs && nowMs < this.totalEndsAtMs) return;
    if (this.isBusy && nowMs < this.totalEndsAtMs) return;
    const waitedMs = this.busyMs + (this.isBusy ? nowMs - this.busySinceMs : 0);
    if (waitedMs > this.limits.totalTimeoutMs * SLOW_CLIENT_PART)
      return this.abort(new UpstreamError('abandoned', 'its client is too slow'));
    this.abort(new UpstreamError('timeout', this.status === 0 ? 'no first byte' : 'silent or too long'));
  }

  onRequestStart(wire: Wire): void {
    this.wire = wire;
    this.phaseEndsAtMs = performance.now() + this.limits.firstByteTimeoutMs;
    if (this.failure) wire.abort(this.failure);
  }

  onResponseStart(_wire: unknown, status: number, headers: UpstreamCall['headers']): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.phaseEndsAtMs = performance.now() + this.limits.idleTimeoutMs;
    this.resolveStarted(this);
  }

  onResponseData(wire: Wire, chunk: Buffer): void {
    this.phaseEndsAtMs = performance.now() + this.limits.idleTimeoutMs;
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.consumer) this.drain();
    if (this.waiting.length > 0 && (this.consumer || this.waitingBytes > WAITING_BYTES_MAX)) wire.pause();
  }

  onResponseEnd(): void {
    this.isEnded = true;
    this.wire = undefined;
    this.tellOver();
    if (this.consumer && !this.isBusy && this.waiting.length === 0) this.resolveBody?.();
  }

  onResponseError(_wire: unknown, error: Error): void {
    if (this.isEnded) return;
    this.fail(error instanceof UpstreamError ? error : judge(error, this.wire !== undefined));
  }

  /** Gives waiting chunks to the consumer until it asks to wait. */
  private drain(): void {
    const consumer = this.consumer;
    if (!consumer || this.isBusy) return;
    try {
      while (this.waiting.length > 0) {
        const pause = consumer(this.waiting.shift()!);
        if (pause) return this.waitFor(pause);
      }
    } catch (error) {
      return this.giveUp(error);
    }
    if (this.isEnded) this.resolveBody?.();
    else if (this.failure) this.rejectBody?.(this.failure);
    else if (this.wire?.paused) this.wire.resume();
  }

  private waitFor(pause: Promise<void>): void {
    this.isBusy = true;
    this.busySinceMs = performance.now();
    pause.then(
      () => {
        this.isBusy = false;
        this.busyMs += performance.now() - this.busySinceMs;
        this.phaseEndsAtMs = performance.now() + this.limits.idleTimeoutMs;
        this.drain();
      },
      (error: unknown) => {
        this.isBusy = false;
        this.giveUp(error);
      },
    );
  }

  private tellOver(): void {
    this.calls.delete(this);
    this.overListener?.();
  }

  private giveUp(error: unknown): void {
    this.waiting.length = 0;
    this.rejectBody?.(error);
    this.abort();
  }

  private fail(error: UpstreamError): void {
    if (this.failure) return;
    this.failure = error;
    this.tellOver();
    this.rejectStarted(error);
    if (!this.isBusy) this.rejectBody?.(error);
  }
}

function joinWithin(chunks: readonly Buffer[], bytesMax: number): Buffer {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}

function tooLarge(bytesMax: number): UpstreamError {
  return new UpstreamError('too_large', `body over ${bytesMax} bytes`);
}

function judge(error: Error, isSent: boolean): UpstreamError {
  const code = (error as NodeJS.ErrnoException).code ?? error.name;
  if (!isSent && OUT_OF_DESCRIPTORS.has(code)) return new UpstreamError('exhausted', code, error);
  if (!isSent) return new UpstreamError(code === 'ETIMEDOUT' ? 'connect_timeout' : 'connect', code, error);
  return new UpstreamError('cut', code, error);
}
