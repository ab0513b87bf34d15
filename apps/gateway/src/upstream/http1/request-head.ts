/** What goes upstream: the headers that frame it and name its host are not among these. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

const PATH = /^\/[\x21-\x7e]*$/;
/** Those that frame a request or name its host are written here alone: twice, and two readers may see two requests. */
const NAME = /^(?!(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer)$)[\w!#$%&'*+\-.^`|~]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What frozen headers are written as: the same object comes with every request of a channel's key. */
const linesOfFrozen = new WeakMap<object, string>();

/**
 * The head of a request, its empty line included, in Latin-1. Throws TypeError where a path, a name or a value holds what would end it: then
 * it would be another request than the one that was meant; or where a header is one that frames it.
 */
export function writeRequestHead(
  { method, path, headers, body }: RawRequest,
  host: string,
  keepsAlive: boolean,
): string {
  if (!PATH.test(path)) throw new TypeError('a path that cannot be sent');
  const length = body === undefined ? (method === 'POST' ? 0 : undefined) : Buffer.byteLength(body);
  const connection = keepsAlive ? 'keep-alive' : 'close';
  const framing = length === undefined ? '' : `content-length: ${length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n${framing}${linesOf(headers)}\r\n`;
}

function linesOf(headers: RawRequest['headers']): string {
  const known = linesOfFrozen.get(headers);
  if (known !== undefined) return known;
  let lines = '';
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name) || !VALUE.test(value))
      throw new TypeError(`a header that cannot be sent: ${JSON.stringify(name)}`);
    lines += `${name}: ${value}\r\n`;
  }
  if (Object.isFrozen(headers)) linesOfFrozen.set(headers, lines);
  return lines;
}
