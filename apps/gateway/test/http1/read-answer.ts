import type { AnswerHead } from '../../src/upstream/http1/answer-head.js';
import { AnswerParser } from '../../src/upstream/http1/answer-parser.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';

/** What a parser has found. */
export interface ReadAnswer {
  readonly heads: AnswerHead[];
  readonly body: Buffer;
  readonly isOver: boolean;
  readonly hasSurplus: boolean;
}

/** Reads pieces from one buffer that is overwritten after each, as a connection does, until the answer is over. What it throws is answered as its kind. */
export function readAnswer(pieces: Iterable<Buffer>, isEnded = false): ReadAnswer | string {
  const heads: AnswerHead[] = [];
  const parts: Buffer[] = [];
  const parser = new AnswerParser({
    takeHead: (head) => void heads.push(head),
    takeBytes: (bytes) => void parts.push(bytes),
  });
  try {
    for (const piece of pieces) {
      const shared = Buffer.from(piece);
      parser.read(shared);
      shared.fill('!');
      if (parser.isOver) break;
    }
    if (isEnded && !parser.isOver) parser.readEnd();
  } catch (error) {
    if (error instanceof UpstreamError) return error.kind;
    throw error;
  }
  if (parts.some(({ length }) => length === 0)) throw new Error('a part without bytes');
  return { heads, body: Buffer.concat(parts), isOver: parser.isOver, hasSurplus: parser.hasSurplus };
}

/** The same bytes whole, cut in two at every place, and one by one. */
export function* cutsOf(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  for (let at = 1; at < bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (byte) => Buffer.of(byte));
}
