import { DomainError } from '@tokenbay/errors';
import type { ErrorView } from '@tokenbay/platform';
import type { PieceUsage, ToolCalls } from '@tokenbay/protocol';
import type { PictureTraits, ScannedEvent, StreamScanner, UpstreamFailure, UsageReading } from '@tokenbay/providers';
import { type SseEvent, SseReader } from '../../upstream/sse-reader.js';
import { UpstreamError } from '../../upstream/upstream-error.js';
import { CountedText } from '../count-tokens.js';
import type { StreamExchange } from './exchange.js';
import type { AnswerRenderer } from './renderer.js';

/** Of everything that waits for the ledger. */
const TAIL_BYTES_MAX = 4_194_304;

/** What a stream that passes through is made of. */
export interface PassThroughStreamTerms {
  readonly scanner: StreamScanner;
  readonly renderer: Pick<AnswerRenderer, 'streamType' | 'renderFailure'>;
  /** More text than any model can write within its limit. */
  readonly textCharactersMax: number;
  readonly droppedFields: readonly string[];
  /** Of one event and of all that wait for the ledger; for answers that are larger than texts. */
  readonly eventBytesMax?: number;
}

/** A stream whose events pass as they came, but for what its scanner hides. */
export class PassThroughStream implements StreamExchange {
  isTerminated = false;
  failure: UpstreamFailure | undefined;
  usage: UsageReading | undefined;
  readonly text = new CountedText();
  private readonly reader: SseReader;
  private ready: Buffer[] = [];
  private readonly tail: Buffer[] = [];
  private tailBytes = 0;
  private hasFinished = false;

  constructor(private readonly terms: PassThroughStreamTerms) {
    this.reader = new SseReader((event) => this.accept(event), terms.eventBytesMax);
  }

  push(chunk: Buffer): void {
    this.reader.push(chunk);
  }

  end(): void {
    try {
      this.reader.end();
    } catch {
      // A last event that makes no sense was cut: what came before it decides whether the answer is complete.
    }
  }

  takeReady(): Buffer[] {
    const ready = this.ready;
    this.ready = [];
    return ready;
  }

  takeTail(): Buffer[] {
    return [...this.tail, Buffer.from(this.terms.scanner.terminator)];
  }

  fail(error: ErrorView): Buffer {
    return Buffer.from(this.terms.renderer.renderFailure(error, this.terms.scanner.progress));
  }

  get contentType(): string {
    return this.terms.renderer.streamType;
  }

  get droppedFields(): readonly string[] {
    return this.terms.droppedFields;
  }

  get hasBegun(): boolean {
    return this.terms.scanner.hasBegun;
  }

  get pieces(): PieceUsage | undefined {
    return this.terms.scanner.pieces;
  }

  get traits(): PictureTraits | undefined {
    return this.terms.scanner.traits;
  }

  get toolCalls(): ToolCalls | undefined {
    return this.terms.scanner.toolCalls;
  }

  get isComplete(): boolean {
    return this.hasBegun && this.failure === undefined && (this.isTerminated || this.hasFinished);
  }

  private accept({ raw, data }: SseEvent): void {
    if (this.isTerminated || this.failure) return;
    if (data === undefined) {
      if (this.hasBegun && !this.hasFinished && !this.terms.scanner.isReframed) this.forward(raw);
      return;
    }
    const event = this.terms.scanner.read(data);
    if (event === undefined) return this.passNews(raw);
    if (event.failure) {
      this.failure = event.failure;
      return;
    }
    this.text.add(event.text);
    this.assertWithinBounds();
    if (event.usage) this.usage = event.usage;
    if (event.isTail) this.hasFinished = true;
    if (event.isTerminator) this.isTerminated = true;
    this.pass(raw, event);
  }

  /** News of a stream that has begun well passes: providers add kinds of events. */
  private passNews(raw: Buffer): void {
    if (!this.hasBegun) throw new DomainError('response_parse_failed', 'not an event of this format');
    this.deliver(raw);
  }

  /** An upstream that goes on far beyond the limit it was given goes on for ever. */
  private assertWithinBounds(): void {
    if (this.text.charactersTotal > this.terms.textCharactersMax)
      throw new UpstreamError('too_large', 'far beyond its limit');
  }

  private pass(raw: Buffer, { replacement, cut }: ScannedEvent): void {
    if (replacement !== undefined) {
      if (replacement !== '') this.deliver(Buffer.from(replacement));
      return;
    }
    const at = cut === undefined ? -1 : raw.indexOf(cut);
    if (cut === undefined || at === -1) return this.deliver(raw);
    this.deliver(raw.subarray(0, at));
    this.deliver(raw.subarray(at + cut.length));
  }

  private deliver(bytes: Buffer): void {
    if (!this.hasFinished) return this.forward(bytes);
    this.tailBytes += bytes.length;
    if (this.tailBytes > Math.max(TAIL_BYTES_MAX, this.terms.eventBytesMax ?? 0))
      throw new DomainError('response_parse_failed', 'endless after its finish');
    this.tail.push(bytes);
  }

  /** Neighbours in one chunk are joined without copying, so that a chunk of many events is one write. */
  private forward(bytes: Buffer): void {
    const last = this.ready.at(-1);
    if (last && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      this.ready[this.ready.length - 1] = Buffer.from(bytes.buffer, last.byteOffset, last.length + bytes.length);
    } else this.ready.push(bytes);
  }
}
