import { once } from 'node:events';
import type { Exchange } from '../exchange.js';
import { jsonAnswer } from '../exchange.js';
import { deliver } from '../deliver.js';
import type { Protocol } from '../protocol.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import { findTask, type FakeTask } from './tasks.js';

const PIECE_BYTES = 65_536;
/** Every byte of a result says where it is, so that a reader can tell what it got. */
const PATTERN_BYTES = 251;
const PIECE = Buffer.from(Array.from({ length: PIECE_BYTES + PATTERN_BYTES }, (_, index) => index % PATTERN_BYTES));
const URL_PATTERN = /^\/video-content\/([^/]+)\/(\d+)\.mp4/;

/** Results at signed URLs: whoever has one needs no key. */
export const VIDEO_CONTENT: Protocol = {
  routes: ['GET', 'HEAD'].map((method) => ({ method, path: URL_PATTERN, handle: handleContent })),
  errors: OPENAI_ERROR_FORM,
  authenticate: () => null,
};

function handleContent(exchange: Exchange): Promise<void> {
  const [, id = '', url = ''] = URL_PATTERN.exec(exchange.entry.path) ?? [];
  const task = findTask(id);
  if (task && !task.isExpired(Number(url))) return serveContent(exchange, task);
  return deliver(
    exchange,
    jsonAnswer(403, '<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>'),
  );
}

/** Serves a task's result as object stores do: in whole or by a range, with validators, as slowly as it is read, out of no memory. */
export async function serveContent({ request, response, entry }: Exchange, task: FakeTask): Promise<void> {
  const size = task.resultBytes;
  const tag = `"${task.id}"`;
  const ordered = task.behaviour.number('content-status');
  const range = task.behaviour.has('no-ranges') ? undefined : readRange(request.headers.range, size);
  const isUnchanged = request.headers['if-none-match'] === tag;
  const { start, end } = range === 'none' || range === undefined ? { start: 0, end: size - 1 } : range;
  const status = ordered ?? (isUnchanged ? 304 : range === 'none' ? 416 : range ? 206 : 200);
  entry.status = status;
  const hasBody = status === 200 || status === 206;
  response.writeHead(status, {
    ...{ 'content-type': 'video/mp4', etag: tag, 'accept-ranges': 'bytes', 'x-oss-request-id': 'fakecanary' },
    ...(hasBody && { 'content-length': String(end - start + 1) }),
    ...(status === 206 && { 'content-range': `bytes ${start}-${end}/${size}` }),
    ...(status === 416 && { 'content-range': `bytes */${size}` }),
  });
  if (!hasBody || request.method === 'HEAD') return void response.end();
  const cut = task.behaviour.number('content-cut') ?? Infinity;
  let at = start;
  while (at <= end && !response.destroyed) {
    if (at - start >= cut) {
      entry.isCut = true;
      return void response.destroy();
    }
    const offset = at % PATTERN_BYTES;
    const length = Math.min(PIECE_BYTES, end - at + 1, cut - (at - start));
    if (!response.write(PIECE.subarray(offset, offset + length)))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    at += length;
  }
  response.end();
}

function readRange(header: string | undefined, size: number): { start: number; end: number } | 'none' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start > end || start >= size ? 'none' : { start, end };
}
