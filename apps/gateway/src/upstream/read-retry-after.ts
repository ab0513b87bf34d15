import type { IncomingHttpHeaders } from 'node:http';

/** The wait that an answer asks for, in seconds, written as seconds or as an HTTP date; undefined where it asks for none. */
export function readRetryAfter({ 'retry-after': text }: IncomingHttpHeaders): number | undefined {
  if (!text) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
