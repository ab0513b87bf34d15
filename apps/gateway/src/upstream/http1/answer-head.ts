import { UpstreamError } from '../upstream-error.js';

/** How the end of a body is found (RFC 9112, 6.3): by its length in bytes, by its chunks, or by the end of the connection. */
type Framing = number | 'chunked' | 'until_close';

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case; what a header that was repeated said, joined by commas. */
  readonly headers: Record<string, string>;
  readonly framing: Framing;
  /** How long the connection may lie idle after this answer before it is used again, in milliseconds; 0 where it may not be used again. */
  readonly keepAliveMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADERS = /[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*(?:\r\n[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*)*$/y;
const LENGTH = /^\d{1,15}$/;
const KEEP_ALIVE_TIMEOUT = /(?:^|[\s,])timeout=(\d{1,9})/i;
/** A server counts its time-out from an earlier moment than we do. */
const KEEP_ALIVE_SLACK_MS = 1_000;
/** Statuses whose answers have no body, whatever their headers say. */
const BODILESS = new Set([204, 304]);
/** What most answers carry, as most servers spell it: a name that is found here need not be made anew. */
const LOWER_CASE = new Map(
  [
    ...['Content-Type', 'Content-Length', 'Content-Encoding', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Date'],
    ...['Server', 'Vary', 'Via', 'Retry-After', 'Cache-Control', 'X-Request-Id', 'Set-Cookie', 'Alt-Svc', 'CF-RAY'],
    ...['openai-organization', 'openai-processing-ms', 'openai-version', 'request-id', 'anthropic-organization-id'],
    ...['cf-cache-status', 'strict-transport-security', 'x-content-type-options', 'access-control-expose-headers'],
    ...['requests', 'tokens'].flatMap((unit) =>
      ['limit', 'remaining', 'reset'].map((what) => `x-ratelimit-${what}-${unit}`),
    ),
  ].flatMap((name) => [name, name.toLowerCase()].map((spelt) => [spelt, name.toLowerCase()])),
);
const SPACE = 32;
const TAB = 9;

/**
 * Reads a head, without the empty line at its end, by RFC 9112 and nothing beyond it: no folded lines, no blanks before a colon, no control
 * characters, no bare CR or LF, one length or chunks but never both. What is read differently by two parsers is a way to smuggle an answer
 * into the next request's place. Throws `malformed`.
 */
export function parseAnswerHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\r\n');
  const line = STATUS_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (!line) throw malformed('a status line that is none');
  const status = Number(line[2]);
  const headers = lineEnd < 0 ? {} : parseHeaders(text, lineEnd + 2);
  const isOld = line[1] === '0';
  const framing = framingOf(status, headers, isOld);
  const keepAliveMs = framing === 0 && announcesBody(headers) ? 0 : keepAliveOf(headers, isOld);
  return { status, headers, framing, keepAliveMs };
}

/** Throws `malformed` where a line is no header. */
export function parseHeaders(text: string, from = 0): Record<string, string> {
  HEADERS.lastIndex = from;
  if (!HEADERS.test(text)) throw malformed('a header that is none');
  const headers: Record<string, string> = {};
  for (let at = from; at < text.length;) {
    const found = text.indexOf('\r\n', at);
    const end = found < 0 ? text.length : found;
    const colon = text.indexOf(':', at);
    const spelt = text.slice(at, colon);
    const name = LOWER_CASE.get(spelt) ?? spelt.toLowerCase();
    const value = withoutBlanks(text, colon + 1, end);
    // Whatever objects have by themselves is no string.
    const before: unknown = headers[name];
    headers[name] = typeof before === 'string' ? `${before}, ${value}` : value;
    at = end + 2;
  }
  return headers;
}

function framingOf(status: number, headers: Record<string, string>, isOld: boolean): Framing {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (length !== undefined && !LENGTH.test(length)) throw malformed('a length that is none');
  if (coding !== undefined) {
    if (isOld || length !== undefined || coding.toLowerCase() !== 'chunked')
      throw malformed('a body of uncertain length');
    return BODILESS.has(status) ? 0 : 'chunked';
  }
  if (BODILESS.has(status) || status < 200) return 0;
  return length === undefined ? 'until_close' : Number(length);
}

/** Whoever says so of an answer that has none may send one all the same. */
function announcesBody(headers: Record<string, string>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function keepAliveOf({ connection, 'keep-alive': keepAlive }: Record<string, string>, isOld: boolean): number {
  if (connection === undefined ? isOld : !staysOpen(connection, isOld)) return 0;
  const timeout = keepAlive === undefined ? undefined : KEEP_ALIVE_TIMEOUT.exec(keepAlive)?.[1];
  return timeout === undefined ? Infinity : Math.max(0, Number(timeout) * 1_000 - KEEP_ALIVE_SLACK_MS);
}

function staysOpen(connection: string, isOld: boolean): boolean {
  if (connection === 'keep-alive') return true;
  const options = connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  return !options.includes('close') && (!isOld || options.includes('keep-alive'));
}

/** A part of a text without the blanks around it, which are not part of a value; other white space is. */
function withoutBlanks(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function malformed(detail: string): UpstreamError {
  return new UpstreamError('malformed', detail);
}
