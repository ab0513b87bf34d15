import type { IncomingHttpHeaders } from 'node:http';

const PRINTABLE = /^[\x20-\x7e]{1,1024}$/;

/** Those headers of a request that go with its body to a provider of its own dialect; undefined where it has none of them. */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  names: readonly string[],
): Record<string, string> | undefined {
  let forwarded: Record<string, string> | undefined;
  for (const name of names) {
    const value = headers[name];
    if (typeof value !== 'string' || !PRINTABLE.test(value)) continue;
    forwarded ??= {};
    forwarded[name] = value;
  }
  return forwarded;
}
