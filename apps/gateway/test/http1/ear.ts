import type { AnswerListener, Wire } from '../../src/upstream/http1/answer-listener.js';
import type { Http1Pool } from '../../src/upstream/http1/http1-pool.js';
import type { RawRequest } from '../../src/upstream/http1/request-head.js';

type Event = 'start' | 'head' | 'data' | 'end' | 'error';

/** What a test does while it is told of an event. */
export type Reaction = Partial<Record<Event, (wire: Wire, ear: Ear) => void>>;

/** A listener that keeps what it is told, and notes whatever it should not have been. */
export class Ear implements AnswerListener {
  readonly statuses: number[] = [];
  readonly parts: Buffer[] = [];
  headers: Record<string, string> = {};
  wire: Wire | undefined;
  bytes = 0;
  error: Error | undefined;
  /** What came after the end, or before the start. */
  readonly strays: Event[] = [];
  /** Resolves at the end: to the body, or to the error's message. */
  readonly over: Promise<string>;
  private isOver = false;
  private resolve!: (text: string) => void;

  constructor(readonly reaction: Reaction = {}) {
    this.over = new Promise((resolve) => (this.resolve = resolve));
  }

  onRequestStart(wire: Wire): void {
    if (this.wire) this.strays.push('start');
    this.wire = wire;
    this.note('start');
  }

  onResponseStart(_wire: Wire, status: number, headers: Record<string, string>): void {
    this.statuses.push(status);
    this.headers = headers;
    this.note('head');
  }

  onResponseData(_wire: Wire, bytes: Buffer): void {
    this.bytes += bytes.length;
    this.parts.push(bytes);
    this.note('data');
  }

  onResponseEnd(): void {
    this.note('end');
    this.isOver = true;
    this.resolve(this.body.toString('latin1'));
  }

  onResponseError(_wire: unknown, error: Error): void {
    this.error = error;
    if (this.isOver) this.strays.push('error');
    this.isOver = true;
    this.reaction.error?.(this.wire!, this);
    this.resolve((error as NodeJS.ErrnoException).code ?? error.message);
  }

  get body(): Buffer {
    return Buffer.concat(this.parts);
  }

  private note(event: Event): void {
    if (this.isOver || !this.wire) this.strays.push(event);
    this.reaction[event]?.(this.wire!, this);
  }
}

/** Sends a request and listens to its answer. */
export function hear(pool: Http1Pool, request: Partial<RawRequest> = {}, reaction: Reaction = {}): Ear {
  const ear = new Ear(reaction);
  pool.dispatch({ method: 'POST', path: '/', headers: {}, body: undefined, ...request }, ear);
  return ear;
}
