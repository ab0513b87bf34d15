import type { IncomingHttpHeaders } from 'node:http';

const ASKED = ['range', 'if-range', 'if-none-match', 'if-modified-since'];
const ANSWERED = ['content-length', 'content-range', 'accept-ranges', 'content-encoding', 'etag', 'last-modified'];
const BODILESS = ['content-range', 'accept-ranges', 'etag', 'last-modified'];
/** What a browser may be told a result is; anything it could run is a mere download. */
const MEDIA_TYPE = /^((video|audio|image)\/(?!svg)|multipart\/byteranges\b)/i;

/** The headers of a client's request that concern which part of the content it wants. */
export function headersToAsk(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, ASKED);
}

/** The headers of an answer that a client may see, and ours. What has no body here (304, 416) has none of a body's. */
export function contentHeaders(status: number, headers: IncomingHttpHeaders): Record<string, string> {
  const hasBody = status < 300;
  const type = String(headers['content-type']);
  return {
    ...pick(headers, hasBody ? ANSWERED : BODILESS),
    ...(hasBody && { 'content-type': MEDIA_TYPE.test(type) ? type : 'application/octet-stream' }),
    ...(status === 416 && { 'content-length': '0', 'x-should-retry': 'false' }),
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  };
}

/** Those that are there, once. */
function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const found = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(found.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'));
}
