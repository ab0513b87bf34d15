import { UpstreamError } from '../../upstream/upstream-error.js';
import { CountedText } from '../count-tokens.js';
import type { StreamExchange } from './exchange.js';

/** The end of what was sent is kept back until it is paid for: some hundredths of a second of sound. */
const TAIL_BYTES = 1_024;
/** More than an hour of sound that is not compressed. */
const BYTES_MAX = 268_435_456;

/** Bytes on their way through, such as sound: they flow as they come, but for the last of them. */
export class ByteStream implements StreamExchange {
  readonly usage = undefined;
  readonly failure = undefined;
  readonly isTerminated = false;
  readonly droppedFields = [];
  readonly text = new CountedText();
  private held: Buffer[] = [];
  private heldBytes = 0;
  private bytes = 0;
  private hasEnded = false;

  constructor(readonly contentType: string) {}

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > BYTES_MAX) throw new UpstreamError('too_large', 'an endless body');
    this.held.push(chunk);
    this.heldBytes += chunk.length;
  }

  end(): void {
    this.hasEnded = true;
  }

  takeReady(): Buffer[] {
    if (this.heldBytes <= TAIL_BYTES) return [];
    const bytes = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
    const tailAt = bytes.length - TAIL_BYTES;
    // Copied, since a view would keep the whole chunk.
    this.held = [Buffer.from(bytes.subarray(tailAt))];
    this.heldBytes = TAIL_BYTES;
    return [bytes.subarray(0, tailAt)];
  }

  takeTail(): Buffer[] {
    return this.held;
  }

  /** Bytes have no place for an error. */
  fail(): undefined {
    return undefined;
  }

  get hasBegun(): boolean {
    return this.bytes > 0;
  }

  get isComplete(): boolean {
    return this.hasBegun && this.hasEnded;
  }
}
