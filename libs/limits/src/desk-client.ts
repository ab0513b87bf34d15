import { DomainError } from '@tokenbay/errors';
import type { DeskAnswer, DeskAsk, DeskReply } from './rate-desk.js';

/** A worker's channel to its primary process. */
export interface PrimaryChannel {
  /** Sends a message; drops it where the primary is gone. */
  send(message: object): void;
  /** Calls back with every message of the primary. */
  onMessage(listener: (message: unknown) => void): void;
}

/** Beyond this the machine is overloaded: a request is refused rather than let in uncounted. */
const ANSWER_MS_MAX = 1_000;
const CHECK_MS = 100;

interface Batch {
  sentAtMs: number;
  readonly waiting: readonly Waiting[];
}

interface Waiting {
  readonly ask: DeskAsk;
  readonly resolve: (answer: DeskAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Asks the primary process, all questions of one turn of the event loop in one message. */
export class DeskClient {
  private readonly sent = new Map<number, Batch>();
  private asks: DeskAsk[] = [];
  private waiting: Waiting[] = [];
  private last = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly channel: PrimaryChannel) {
    channel.onMessage((message) => this.take(message));
  }

  /** Resolves with the primary's answer; rejects with `system_overloaded` where it takes longer than a second. */
  ask(ask: DeskAsk): Promise<DeskAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ask, resolve, reject });
      this.add(ask);
    });
  }

  /** Says something that has no answer. */
  tell(ask: DeskAsk): void {
    this.add(ask);
  }

  private add(ask: DeskAsk): void {
    if (this.asks.push(ask) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const { asks, waiting } = this;
    this.asks = [];
    this.waiting = [];
    this.last += 1;
    if (waiting.length > 0) {
      this.sent.set(this.last, { sentAtMs: performance.now(), waiting });
      this.timer ??= setInterval(() => this.expire(), CHECK_MS).unref();
    }
    this.channel.send({ rates: this.last, asks });
  }

  private take(message: unknown): void {
    if (!isDeskReply(message)) return;
    const batch = this.sent.get(message.rates);
    if (!batch) return;
    this.sent.delete(message.rates);
    const isLate = batch.sentAtMs === Infinity;
    for (const [index, { ask, resolve }] of batch.waiting.entries()) {
      const answer = message.answers[index]!;
      resolve(answer);
      // Whoever asked for the seat was told no meanwhile.
      if (isLate && ask[0] === 'enter' && answer[0] === 1) this.tell(['leave', ask[1]]);
    }
    this.rest();
  }

  private expire(): void {
    const nowMs = performance.now();
    for (const batch of this.sent.values()) {
      if (nowMs - batch.sentAtMs < ANSWER_MS_MAX) continue;
      batch.sentAtMs = Infinity;
      const error = new DomainError('system_overloaded', 'the primary process does not answer', {
        retryAfterSeconds: 1,
      });
      for (const { reject } of batch.waiting) reject(error);
    }
    this.rest();
  }

  private rest(): void {
    for (const { sentAtMs } of this.sent.values()) if (sentAtMs !== Infinity) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function isDeskReply(message: unknown): message is DeskReply {
  return typeof message === 'object' && message !== null && 'rates' in message && 'answers' in message;
}
