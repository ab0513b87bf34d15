import { isUtf8 } from 'node:buffer';
import { UpstreamError } from './upstream-error.js';

/** One server-sent event: its bytes as they came, with the blank line, and what its `data:` lines say together. */
export interface SseEvent {
  readonly raw: Buffer;
  /** Undefined for an event without data, such as a comment. */
  readonly data: string | undefined;
}

const LINE_BYTES_MAX = 1_048_576;
const EVENT_BYTES_MAX = 4_194_304;
const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);
const BLANK_LINE = Buffer.from('\n\n');

/**
 * Cuts a byte stream into server-sent events, wherever its chunks begin and end. Bytes are copied only where an event spans chunks.
 * Throws UpstreamError: `too_large` for a line over 1 MiB or an event over 4 MiB (or over the size given for both), `malformed` for invalid
 * UTF-8.
 */
export class SseReader {
  private readonly eventParts: Buffer[] = [];
  private readonly lineParts: Buffer[] = [];
  private eventBytes = 0;
  private lineBytes = 0;
  private data: string | undefined;

  constructor(
    private readonly onEvent: (event: SseEvent) => void,
    private readonly eventBytesMax = EVENT_BYTES_MAX,
    private readonly lineBytesMax = eventBytesMax === EVENT_BYTES_MAX ? LINE_BYTES_MAX : eventBytesMax,
  ) {}

  push(chunk: Buffer): void {
    let eventStart = 0;
    let lineStart = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, lineStart)) {
      const line = this.completeLine(chunk.subarray(lineStart, end));
      lineStart = end + 1;
      if (line.length > 0) {
        this.readLine(line);
        continue;
      }
      this.complete(chunk.subarray(eventStart, lineStart));
      eventStart = lineStart;
    }
    this.keepRest(chunk, eventStart, lineStart);
  }

  /** Takes what is left at the end of the stream as its last event, though no blank line ended it. */
  end(): void {
    if (this.eventBytes === 0) return;
    if (this.lineBytes > 0) this.readLine(this.completeLine(NOTHING));
    if (this.data === undefined) return;
    this.complete(BLANK_LINE);
  }

  private completeLine(end: Buffer): Buffer {
    let line = end;
    if (this.lineBytes > 0) {
      line = Buffer.concat([...this.lineParts, end]);
      this.lineParts.length = 0;
      this.lineBytes = 0;
    }
    if (line.length > this.lineBytesMax) throw new UpstreamError('too_large', 'line of an event stream');
    return line[line.length - 1] === CR ? line.subarray(0, -1) : line;
  }

  private readLine(line: Buffer): void {
    // 0x64617461 is "data"; every other field is of no interest to us and passes through as bytes.
    if (line.length < 5 || line.readUInt32BE(0) !== 0x64617461 || line[4] !== 0x3a) return;
    if (!isUtf8(line)) throw new UpstreamError('malformed', 'invalid UTF-8');
    const text = line.toString('utf8', line[5] === 0x20 ? 6 : 5);
    this.data = this.data === undefined ? text : `${this.data}\n${text}`;
  }

  private complete(end: Buffer): void {
    const raw = this.eventBytes > 0 ? Buffer.concat([...this.eventParts, end]) : end;
    const data = this.data;
    this.eventParts.length = 0;
    this.eventBytes = 0;
    this.data = undefined;
    this.onEvent({ raw, data });
  }

  private keepRest(chunk: Buffer, eventStart: number, lineStart: number): void {
    if (lineStart < chunk.length) {
      this.lineParts.push(chunk.subarray(lineStart));
      this.lineBytes += chunk.length - lineStart;
      if (this.lineBytes > this.lineBytesMax) throw new UpstreamError('too_large', 'line of an event stream');
    }
    if (eventStart < chunk.length) {
      this.eventParts.push(chunk.subarray(eventStart));
      this.eventBytes += chunk.length - eventStart;
      if (this.eventBytes > this.eventBytesMax) throw new UpstreamError('too_large', 'event');
    }
  }
}
