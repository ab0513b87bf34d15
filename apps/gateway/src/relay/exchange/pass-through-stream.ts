import { DomainError } from '@tokenbay/errors';
import type { StreamEventReading, UpstreamFailure, UsageReading } from '@tokenbay/providers';
import { type SseEvent, SseReader } from '../../upstream/sse-reader.js';
import { UpstreamError } from '../../upstream/upstream-error.js';
import { CountedText } from '../count-tokens.js';
import { type ExchangeTerms, parseObject, type StreamExchange } from './exchange.js';

const TERMINATOR = Buffer.from('data: [DONE]\n\n');
const TAIL_BYTES_MAX = 4_194_304;
/** Written by OpenAI into every chunk but the last once usage is asked for. Quotes inside strings are escaped, so this can only be the field. */
const EMPTY_USAGE = Buffer.from(',"usage":null');
const EMPTY_USAGE_WRITTEN_OTHERWISE = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,/;

/** A chat completion stream whose events pass as they came, but for usage reporting that the client did not ask for. */
export class PassThroughStream implements StreamExchange {
  hasBegun = false;
  isTerminated = false;
  failure: UpstreamFailure | undefined;
  usage: UsageReading | undefined;
  readonly text = new CountedText();
  private readonly reader = new SseReader((event) => this.accept(event));
  private ready: Buffer[] = [];
  private readonly tail: Buffer[] = [];
  private tailBytes = 0;
  private readonly finished = new Set<number>();

  constructor(private readonly terms: ExchangeTerms) {}

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
    return [...this.tail, TERMINATOR];
  }

  get isComplete(): boolean {
    return this.hasBegun && this.failure === undefined && (this.isTerminated || this.hasFinished);
  }

  private get hasFinished(): boolean {
    return this.finished.size >= this.terms.call.choices;
  }

  private accept({ raw, data }: SseEvent): void {
    if (this.isTerminated || this.failure) return;
    if (data === undefined) {
      if (this.hasBegun && !this.hasFinished) this.forward(raw);
      return;
    }
    if (data.trim() === '[DONE]') {
      this.isTerminated = true;
      return;
    }
    const event = parseObject(data);
    const reading = event && this.terms.adapter.readEvent(event);
    // News of a stream that has begun well passes: providers add kinds of events.
    if (event && !reading && this.hasBegun) return this.deliver(raw);
    if (!reading) throw new DomainError('response_parse_failed', 'not a chat completion chunk');
    if (reading.failure) {
      this.failure = reading.failure;
      return;
    }
    this.hasBegun = true;
    this.text.add(reading.text);
    for (const choice of reading.finished) this.finished.add(choice);
    this.assertWithinBounds();
    if (reading.usage) this.usage = reading.usage;
    this.pass(raw, data, reading);
  }

  /** An upstream that goes on far beyond the limit it was given goes on for ever. */
  private assertWithinBounds(): void {
    if (this.text.charactersTotal > this.terms.textCharactersMax)
      throw new UpstreamError('too_large', 'far beyond its limit');
  }

  private pass(raw: Buffer, data: string, reading: StreamEventReading): void {
    if (this.terms.call.wantsUsage) this.deliver(raw);
    else if (reading.isUsageOnly) return;
    else if (reading.usage) {
      const event = this.terms.adapter.withoutUsage(parseObject(data) ?? {});
      this.deliver(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    } else this.passWithoutEmptyUsage(raw, data);
  }

  private passWithoutEmptyUsage(raw: Buffer, data: string): void {
    const at = raw.indexOf(EMPTY_USAGE);
    if (at !== -1) {
      this.deliver(raw.subarray(0, at));
      this.deliver(raw.subarray(at + EMPTY_USAGE.length));
    } else if (data.includes('"usage"')) {
      this.deliver(Buffer.from(`data: ${data.replace(EMPTY_USAGE_WRITTEN_OTHERWISE, '')}\n\n`));
    } else this.deliver(raw);
  }

  private deliver(bytes: Buffer): void {
    if (!this.hasFinished) return this.forward(bytes);
    this.tailBytes += bytes.length;
    if (this.tailBytes > TAIL_BYTES_MAX) throw new DomainError('response_parse_failed', 'endless after its finish');
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
