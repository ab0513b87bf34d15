import type { Output } from './open-output.js';

/** Lines are written together. */
const TOGETHER_CHARACTERS = 8_192;
/** What waits for a reader that has stopped: some 40,000 lines of requests. */
const WAITING_CHARACTERS_MAX = 16_777_216;
const RETRY_MS = 5;
/** How long the end of the process waits for its reader. */
const END_TIMEOUT_MS = 1_000;
const LF = 10;
const NOTHING = Buffer.alloc(0);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

interface LineBufferOptions {
  /** The line that tells how many lines were dropped. */
  readonly noticeOf: (lines: number) => string;
  readonly waitingCharactersMax?: number;
}

/**
 * Lines on their way out, in order. Where the output takes none now, lines wait; beyond a bound new ones are dropped, counted, and told of as
 * soon as there is room. Once nobody can read them any more they are forgotten. Never throws: a log that cannot be written ends nothing.
 */
export class LineBuffer {
  private waiting = '';
  /** Lines whose turn it is. */
  private begun: Buffer = NOTHING;
  private dropped = 0;
  private isGone = false;
  private retry: NodeJS.Timeout | undefined;
  private readonly waitingMax: number;

  constructor(
    private readonly output: Output,
    private readonly options: LineBufferOptions,
  ) {
    this.waitingMax = options.waitingCharactersMax ?? WAITING_CHARACTERS_MAX;
  }

  /** Takes a line, with its end. */
  write(line: string): void {
    if (this.isGone) return;
    if (this.begun.length + this.waiting.length > this.waitingMax) {
      this.dropped += 1;
      return;
    }
    this.waiting += line;
    if (this.waiting.length >= TOGETHER_CHARACTERS && !this.retry) this.flush();
  }

  /** Writes what waits, or as much as the reader has room for now, and the rest a little later. */
  flush(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    while (this.begin()) {
      if (this.writeSome()) continue;
      this.retry = setTimeout(() => this.flush(), RETRY_MS).unref();
      return;
    }
  }

  /** Writes what waits before the process ends; gives up on a reader that does not read for a second. */
  end(): void {
    const untilMs = performance.now() + END_TIMEOUT_MS;
    for (this.flush(); this.retry && performance.now() < untilMs; this.flush()) Atomics.wait(sleeper, 0, 0, RETRY_MS);
  }

  /** False where nothing waits. */
  private begin(): boolean {
    if (this.begun.length > 0) return true;
    if (this.dropped > 0) {
      this.waiting += this.options.noticeOf(this.dropped);
      this.dropped = 0;
    }
    if (this.waiting === '') return false;
    this.begun = Buffer.from(this.waiting);
    this.waiting = '';
    return true;
  }

  /** False where nothing can be written now: no room, or a full disk. */
  private writeSome(): boolean {
    try {
      const written = this.output.write(this.begun.subarray(0, this.partLength()));
      this.begun = this.begun.subarray(written);
      return true;
    } catch (error) {
      this.isGone = (error as NodeJS.ErrnoException).code === 'EPIPE';
      if (!this.isGone) return false;
      this.waiting = '';
      this.begun = NOTHING;
      return true;
    }
  }

  /** As many whole lines as the output takes at once, so that no other process writes into one of them; a longer line as it is. */
  private partLength(): number {
    const { begun, output } = this;
    if (begun.length <= output.wholeBytesMax) return begun.length;
    const last = begun.lastIndexOf(LF, output.wholeBytesMax - 1);
    return (last < 0 ? begun.indexOf(LF) : last) + 1;
  }
}
