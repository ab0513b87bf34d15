import { UpstreamError } from '../upstream-error.js';
import { type AnswerHead, parseAnswerHead, parseHeaders } from './answer-head.js';

/** Who takes what a parser finds, in order. */
export interface AnswerSink {
  /** A head, those of interim answers (1xx) included: the last one is the answer's. */
  takeHead(head: AnswerHead): void;
  /** A part of the body, copied from what was read. */
  takeBytes(bytes: Buffer): void;
}

/** What is read next. */
type Stage = 'head' | 'length' | 'until_close' | 'chunk_size' | 'chunk' | 'chunk_end' | 'trailers' | 'over';

const HEAD_BYTES_MAX = 65_536;
const CHUNK_LINE_BYTES_MAX = 4_096;
const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD_START = Buffer.from('HTTP/1.');
/** Blanks around extensions (RFC 9112, 7.1.1) are bad, and not taken. */
const CHUNK_SIZE =
  /^([\da-f]{1,13})(?:;[\w!#$%&'*+\-.^`|~]+(?:=(?:[\w!#$%&'*+\-.^`|~]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/i;
const SWITCHING_PROTOCOLS = 101;
const CHUNK_DIGITS_MAX = 13;
const CR = 13;
const LF = 10;
/** What each byte is as a hexadecimal digit; -1 for none. */
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

/**
 * Reads one answer of HTTP/1.1 from the bytes of a connection, cut anywhere, in time linear in them, and keeps no more of it than a head or
 * a line. What it is given is read within the call and may be overwritten after it.
 */
export class AnswerParser {
  /** True when the answer is complete. */
  isOver = false;
  /** True where more was sent than the answer. */
  hasSurplus = false;
  private stage: Stage = 'head';
  /** Of a body or chunk of known length: bytes yet to come. */
  private left = 0;
  /** Of a head that has begun: its bytes, in the first part of a buffer that may be larger. */
  private headBytes: Buffer | undefined;
  private headLength = 0;
  /** Of a line between chunks that has begun. */
  private line = '';
  /** Of heads and trailers together: the bytes read. */
  private overhead = 0;

  constructor(private readonly sink: AnswerSink) {}

  /** Reads what has arrived. Throws UpstreamError `malformed` where that is no answer; nothing more may be read then. */
  read(bytes: Buffer): void {
    let at = 0;
    while (this.stage === 'head' && at < bytes.length) at = this.readHead(bytes, at);
    if (at < bytes.length) at = this.readBody(bytes, at);
    if (at < bytes.length) this.hasSurplus = true;
  }

  /** The connection has ended: throws `cut` unless that is how this answer ends. */
  readEnd(): void {
    if (this.stage === 'until_close') this.end();
    if (!this.isOver) throw new UpstreamError('cut', 'closed before its end');
  }

  private readHead(bytes: Buffer, from: number): number {
    const begun = this.headLength;
    const found = begun === 0 ? bytes.indexOf(HEAD_END, from) : -1;
    if (found >= 0) {
      this.takeHead(bytes.toString('latin1', from, found));
      return found + HEAD_END.length;
    }
    const head = this.gather(bytes, from);
    const end = head.indexOf(HEAD_END, Math.max(0, begun - HEAD_END.length + 1));
    if (end < 0) {
      assertHead(head, begun);
      this.charge(0);
      return bytes.length;
    }
    this.headLength = 0;
    this.headBytes = undefined;
    this.takeHead(head.toString('latin1', 0, end));
    return from + end + HEAD_END.length - begun;
  }

  /** The bytes of a head that came in parts, this one included. */
  private gather(bytes: Buffer, from: number): Buffer {
    const length = this.headLength + bytes.length - from;
    if (!this.headBytes || this.headBytes.length < length) {
      const larger = Buffer.allocUnsafe(length * 2);
      this.headBytes?.copy(larger, 0, 0, this.headLength);
      this.headBytes = larger;
    }
    bytes.copy(this.headBytes, this.headLength, from);
    this.headLength = length;
    return this.headBytes.subarray(0, length);
  }

  private takeHead(text: string): void {
    this.charge(text.length);
    const head = parseAnswerHead(text);
    const { status, framing, keepAliveMs } = head;
    if (status === SWITCHING_PROTOCOLS) throw new UpstreamError('malformed', 'another protocol that was not asked for');
    if (status >= 200) this.begin(framing);
    else if (keepAliveMs === 0)
      throw new UpstreamError('malformed', 'a head after which nothing may follow, and something must');
    this.sink.takeHead(head);
  }

  private begin(framing: AnswerHead['framing']): void {
    if (framing === 'chunked') this.stage = 'chunk_size';
    else if (framing === 'until_close') this.stage = 'until_close';
    else if (framing === 0) this.end();
    else {
      this.left = framing;
      this.stage = 'length';
    }
  }

  private readBody(bytes: Buffer, from: number): number {
    if (this.stage === 'over') return from;
    if (this.stage === 'until_close') {
      this.sink.takeBytes(Buffer.from(from === 0 ? bytes : bytes.subarray(from)));
      return bytes.length;
    }
    if (this.stage !== 'length') return this.readChunks(bytes, from);
    const to = Math.min(bytes.length, from + this.left);
    this.left -= to - from;
    if (this.left === 0) this.end();
    this.sink.takeBytes(Buffer.from(bytes.subarray(from, to)));
    return to;
  }

  /** What one read brings of several chunks is handed over as one, that keeps little more memory than its length. */
  private readChunks(bytes: Buffer, from: number): number {
    let body: Buffer | undefined;
    let filled = 0;
    let at = from;
    while (at < bytes.length && this.stage !== 'over') {
      if (this.stage !== 'chunk') {
        at = this.line === '' ? this.readPlainLine(bytes, at) : this.readLine(bytes, at);
        continue;
      }
      const to = Math.min(bytes.length, at + this.left);
      body ??= Buffer.allocUnsafe(bytes.length - at);
      filled += bytes.copy(body, filled, at, to);
      this.left -= to - at;
      if (this.left === 0) this.stage = 'chunk_end';
      at = to;
    }
    if (body)
      this.sink.takeBytes(filled * 2 < body.length ? Buffer.from(body.subarray(0, filled)) : body.subarray(0, filled));
    return at;
  }

  /** Nearly every line between chunks is whole and as short as it may be: those are read without making a text of them. */
  private readPlainLine(bytes: Buffer, from: number): number {
    const isSize = this.stage === 'chunk_size';
    const to = isSize ? Math.min(bytes.length, from + CHUNK_DIGITS_MAX) : from;
    let at = from;
    let size = 0;
    for (; at < to; at += 1) {
      const digit = HEX_DIGITS[bytes[at]!]!;
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    const isPlain = isSize ? at > from : this.stage === 'chunk_end';
    if (!isPlain || bytes[at] !== CR || bytes[at + 1] !== LF) return this.readLine(bytes, from);
    if (isSize) this.beginChunk(size);
    else this.stage = 'chunk_size';
    return at + 2;
  }

  private readLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(LF, from);
    const to = end < 0 ? bytes.length : end + 1;
    this.line += bytes.toString('latin1', from, to);
    const isTrailer = this.stage === 'trailers';
    if (this.line.length > (isTrailer ? HEAD_BYTES_MAX : CHUNK_LINE_BYTES_MAX))
      throw new UpstreamError('malformed', 'a line that is too long');
    if (end < 0) return to;
    const line = this.line;
    this.line = '';
    if (!line.endsWith('\r\n')) throw new UpstreamError('malformed', 'a line that does not end as it must');
    this.takeLine(line.slice(0, -2));
    return to;
  }

  private takeLine(line: string): void {
    if (this.stage === 'chunk_size') {
      const size = CHUNK_SIZE.exec(line)?.[1];
      if (size === undefined) throw new UpstreamError('malformed', 'a chunk size that is none');
      this.beginChunk(Number.parseInt(size, 16));
    } else if (this.stage === 'chunk_end') {
      if (line !== '') throw new UpstreamError('malformed', 'a chunk that is longer than its size');
      this.stage = 'chunk_size';
    } else if (line === '') this.end();
    else {
      this.charge(line.length);
      parseHeaders(line);
    }
  }

  private beginChunk(size: number): void {
    this.left = size;
    this.stage = size === 0 ? 'trailers' : 'chunk';
  }

  private end(): void {
    this.stage = 'over';
    this.isOver = true;
  }

  /** Counts the bytes of heads and trailers that are read; those that are yet to be read as well. */
  private charge(bytes: number): void {
    this.overhead += bytes;
    if (this.overhead + this.headLength > HEAD_BYTES_MAX)
      throw new UpstreamError('malformed', 'a head that is too large');
  }
}

/** Of a head that has not ended: what can become none is not waited for, whose end may never come. `from` is what was not looked at before. */
function assertHead(head: Buffer, from: number): void {
  const known = Math.min(head.length, HEAD_START.length);
  if (from < known && head.compare(HEAD_START, 0, known, 0, known) !== 0)
    throw new UpstreamError('malformed', 'a status line that is none');
  for (let at = head.indexOf(LF, from); at >= 0; at = head.indexOf(LF, at + 1))
    if (head[at - 1] !== CR) throw new UpstreamError('malformed', 'a line that does not end as it must');
}
