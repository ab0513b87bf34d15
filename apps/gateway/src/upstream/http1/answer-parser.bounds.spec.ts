import { costInPasses } from '@tokenbay/testing';
import { readAnswer } from '../../../test/http1/read-answer.js';
import { AnswerParser } from './answer-parser.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const HEAD_BYTES_MAX = 65_536;
const MIB = 1_048_576;

/** The same again and again: how many bytes of it are taken until they are refused. */
function bytesUntilRefused(start: string, again: string): number {
  let taken = 0;
  function* pieces(): Generator<Buffer> {
    yield Buffer.from(start);
    for (const piece = Buffer.from(again, 'latin1'); taken < MIB; taken += piece.length) yield piece;
  }
  expect(readAnswer(pieces())).toBe('malformed');
  return taken;
}

function bytewise(bytes: Buffer): void {
  const parser = new AnswerParser({ takeHead: () => undefined, takeBytes: () => undefined });
  for (let at = 0; at < bytes.length; at += 1) parser.read(bytes.subarray(at, at + 1));
}

function whole(bytes: Buffer): void {
  const parser = new AnswerParser({ takeHead: () => undefined, takeBytes: () => undefined });
  for (let at = 0; at < bytes.length; at += HEAD_BYTES_MAX) parser.read(bytes.subarray(at, at + HEAD_BYTES_MAX));
}

describe('what never ends is refused', () => {
  it.each([
    ['a status line', 'HTTP/1.1 200 ', 'x'],
    ['a header', `${OK}a: `, 'x'],
    ['a header in large parts', `${OK}a: `, 'x'.repeat(10_000)],
    ['headers', OK, 'a: b\r\n'],
    ['heads of the meantime', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['heads of the meantime in many parts', '', 'HTTP/1.1 103 E\r\nlink: </a>\r\n\r\nHTTP/1.1 1'.slice(0, -10)],
    ['a trailer', `${CHUNKED}0\r\na: `, 'x'],
    ['trailers', `${CHUNKED}0\r\n`, 'a: b\r\n'],
  ])('%s, within the bytes of a head', (_name, start, again) => {
    const taken = bytesUntilRefused(start, again);
    expect(taken).toBeGreaterThan(HEAD_BYTES_MAX / 2);
    expect(taken).toBeLessThanOrEqual(HEAD_BYTES_MAX * 1.5);
  });

  it.each([
    ['a chunk size', CHUNKED, '0'],
    ['a chunk extension', `${CHUNKED}5;`, 'x'],
    ['the end of a chunk', `${CHUNKED}1\r\na`, '\r'],
  ])('%s, within the bytes of a line', (_name, start, again) => {
    expect(bytesUntilRefused(start, again)).toBeLessThanOrEqual(4_096);
  });

  it('trailers after a large head, within the bytes of one head', () => {
    const head = `${OK}a: ${'x'.repeat(60_000)}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n`;
    expect(bytesUntilRefused(head, 'a: b\r\n')).toBeLessThan(10_000);
  });

  it('a head of just as many bytes as may be is taken', () => {
    const rest = `${OK}content-length: 0\r\na: `;
    const most = rest + 'x'.repeat(HEAD_BYTES_MAX - rest.length);
    expect(readAnswer([Buffer.from(`${most}\r\n\r\n`)])).toMatchObject({ isOver: true });
    expect(readAnswer([Buffer.from(`${most}x\r\n\r\n`)])).toBe('malformed');
  });
});

describe('the time for an answer grows with its bytes alone', () => {
  const headers = 'a: b\r\n'.repeat(10_000);
  const sizeless = (text: string): Buffer => Buffer.from(text, 'latin1');

  it.each<[string, Buffer, (bytes: Buffer) => void, number]>([
    ['a head byte by byte', sizeless(OK + headers + '\r\n'), bytewise, 1_500],
    ['a head of one long value', sizeless(`${OK}a:${' '.repeat(60_000)}\r\n\r\n`), whole, 300],
    ['a head of one long name', sizeless(`${OK}${'a'.repeat(60_000)}: b\r\n\r\n`), whole, 300],
    ['a head that repeats one header', sizeless(OK + headers + '\r\n'), whole, 600],
    ['a trailer byte by byte', sizeless(`${CHUNKED}0\r\na: ${'b'.repeat(60_000)}\r\n\r\n`), bytewise, 1_500],
    ['chunks of a byte', sizeless(CHUNKED + '1\r\na\r\n'.repeat(100_000)), whole, 300],
    ['chunks of a byte, byte by byte', sizeless(CHUNKED + '1\r\na\r\n'.repeat(20_000)), bytewise, 1_500],
    ['chunk extensions', sizeless(CHUNKED + `1${';a="b"'.repeat(600)}\r\na\r\n`.repeat(100)), whole, 300],
    ['a chunk extension that is none', sizeless(`${CHUNKED}1;${'a'.repeat(4_000)}="${'b\\"'.repeat(20)}`), whole, 300],
    ['a body byte by byte', sizeless(`${OK}content-length: 200000\r\n\r\n${'a'.repeat(200_000)}`), bytewise, 1_500],
  ])('%s', async (_name, bytes, read, passes) => {
    expect(await costInPasses(bytes, () => read(bytes))).toBeLessThan(passes);
  });
});

describe('the memory for an answer', () => {
  /** Bytes of memory that the parts of a body keep alive. */
  function keptBy(text: string): { kept: number; body: number } {
    const parts: Buffer[] = [];
    const parser = new AnswerParser({ takeHead: () => undefined, takeBytes: (part) => void parts.push(part) });
    parser.read(Buffer.from(CHUNKED));
    const bytes = Buffer.from(text.repeat(Math.ceil(HEAD_BYTES_MAX / text.length)));
    for (let count = 0; count < 100; count += 1) parser.read(bytes);
    const memories = new Set(parts.map(({ buffer }) => buffer));
    const kept = [...memories].reduce((sum, { byteLength }) => sum + byteLength, 0);
    return { kept, body: parts.reduce((sum, { length }) => sum + length, 0) };
  }

  it.each([
    ['of chunks with long extensions', `10;${'x'.repeat(4_000)}\r\n${'a'.repeat(16)}\r\n`],
    ['of chunks of a byte', '1\r\na\r\n'],
    ['of usual chunks', `100\r\n${'a'.repeat(256)}\r\n`],
  ])('%s is that of its body, whatever comes with it', (_name, text) => {
    const { kept, body } = keptBy(text);
    expect(kept).toBeLessThanOrEqual(body * 2 + 4 * Buffer.poolSize);
  });
});
