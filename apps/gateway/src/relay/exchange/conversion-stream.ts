import { DomainError } from '@tokenbay/errors';
import type { ErrorView } from '@tokenbay/platform';
import type { CanonicalEvent } from '@tokenbay/protocol';
import type { StreamReader, UpstreamFailure, UsageReading } from '@tokenbay/providers';
import { type SseEvent, SseReader } from '../../upstream/sse-reader.js';
import { UpstreamError } from '../../upstream/upstream-error.js';
import { CountedText } from '../count-tokens.js';
import type { StreamExchange } from './exchange.js';
import type { StreamRenderer } from './renderer.js';

const TAIL_CHARACTERS_MAX = 4_194_304;

/** What a converted stream is made of. */
export interface ConversionStreamTerms {
  readonly reader: StreamReader;
  readonly renderer: StreamRenderer;
  readonly choices: number;
  /** More text than any model can write within its limit. */
  readonly textCharactersMax: number;
  readonly contentType: string;
  readonly droppedFields: readonly string[];
  /** Of one event; for answers that are larger than texts. */
  readonly eventBytesMax?: number | undefined;
}

/** A stream of one format, read into canonical events and written in the client's dialect. */
export class ConversionStream implements StreamExchange {
  hasBegun = false;
  isTerminated = false;
  usage: UsageReading | undefined;
  readonly text = new CountedText();
  private readonly sse: SseReader;
  private ready = '';
  private tail = '';
  private finished = 0;

  constructor(private readonly terms: ConversionStreamTerms) {
    this.sse = new SseReader((event) => this.accept(event), terms.eventBytesMax);
  }

  push(chunk: Buffer): void {
    this.sse.push(chunk);
  }

  end(): void {
    try {
      this.sse.end();
    } catch {
      // A last event that makes no sense was cut: what came before it decides whether the answer is complete.
    }
    if (this.failure === undefined) this.take(this.terms.reader.end());
  }

  takeReady(): Buffer[] {
    if (this.ready === '') return [];
    const bytes = Buffer.from(this.ready);
    this.ready = '';
    return [bytes];
  }

  takeTail(): Buffer[] {
    this.end();
    return [Buffer.from(this.tail)];
  }

  fail(error: ErrorView): Buffer {
    return Buffer.from(this.terms.renderer.fail(error));
  }

  get contentType(): string {
    return this.terms.contentType;
  }

  get droppedFields(): readonly string[] {
    return this.terms.droppedFields;
  }

  get failure(): UpstreamFailure | undefined {
    return this.terms.reader.failure;
  }

  get isComplete(): boolean {
    const { reader, choices } = this.terms;
    const hasFinished = this.isTerminated || (reader.isComplete && this.finished >= choices);
    return this.hasBegun && this.failure === undefined && hasFinished;
  }

  private accept({ data }: SseEvent): void {
    if (data === undefined || this.isTerminated || this.failure) return;
    this.take(this.terms.reader.read(data));
  }

  private take(events: readonly CanonicalEvent[]): void {
    for (const event of events) {
      this.meter(event);
      const written = this.terms.renderer.push(event);
      // Until the client would see something another channel may still answer, whatever this one has said to us.
      if (written !== '') this.hasBegun = true;
      if (this.finished < this.terms.choices) this.ready += written;
      else this.tail += written;
    }
    if (this.text.charactersTotal > this.terms.textCharactersMax)
      throw new UpstreamError('too_large', 'far beyond its limit');
    if (this.tail.length > TAIL_CHARACTERS_MAX)
      throw new DomainError('response_parse_failed', 'endless after its finish');
  }

  private meter(event: CanonicalEvent): void {
    if (event.type === 'end') this.isTerminated = true;
    else if (event.type === 'usage') this.usage = event.reading;
    else if (event.type === 'finish') this.finished += 1;
    else if (event.type === 'part_start' && event.opening.type === 'tool_call') this.text.add(event.opening.name);
    else if (event.type === 'part_delta' && (event.delta.kind === 'text' || event.delta.kind === 'input'))
      this.text.add(event.delta.text);
  }
}
