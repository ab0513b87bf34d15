import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect } from '@tokenbay/protocol';

const GEMINI_VERBS =
  'generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents|predict|predictLongRunning|batchGenerateContent|asyncBatchEmbedContent';
const ANTHROPIC = /^\/v1\/messages(?:\/|$)/;
/** A model's name may hold slashes and colons, so only a known verb after the last colon makes the path Gemini's. */
const GEMINI = new RegExp(`^/v1beta(?:/|$)|^/v1/models/.+(?::|%3[Aa])(?:${GEMINI_VERBS})$`);

/** The dialect a path speaks, which is also the dialect of its errors. A query string never changes it. */
export function dialectOf(url: string): Dialect {
  const end = url.search(/[?#]/);
  const path = end === -1 ? url : url.slice(0, end);
  if (ANTHROPIC.test(path)) return 'anthropic';
  return GEMINI.test(path) ? 'gemini' : 'openai';
}

/**
 * True for Google's library on the list of models, which shares its path with the other dialects: only where it carries its credential
 * tells who asks.
 */
export function isGoogleRequest({ url, headers }: GoogleEvidence): boolean {
  if (!url.startsWith('/v1/models')) return false;
  return headers['x-goog-api-key'] !== undefined || /[?&]key=/.test(url);
}

interface GoogleEvidence {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}
