/** What goes upstream: the headers that frame it and name its host are not among these. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

const PATH = /^\/[\x21-\x7e]*$/;
const NAME = /^[\w!#$%&'*+\-.^`|~]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The head of a request, its empty line included, in Latin-1. Throws TypeError where a path, a name or a value holds what would end it: then
 * it would be another request than the one that was meant.
 */
export function writeRequestHead(
  { method, path, headers, body }: RawRequest,
  host: string,
  keepsAlive: boolean,
): string {
  if (!PATH.test(path)) throw new TypeError('a path that cannot be sent');
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${keepsAlive ? 'keep-alive' : 'close'}\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (!NAME.test(name) || !VALUE.test(value))
      throw new TypeError(`a header that cannot be sent: ${JSON.stringify(name)}`);
    text += `${name}: ${value}\r\n`;
  }
  if (body !== undefined) text += `content-length: ${Buffer.byteLength(body)}\r\n`;
  else if (method === 'POST') text += 'content-length: 0\r\n';
  return text + '\r\n';
}
