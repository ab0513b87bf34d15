import { factsOf, type Provider } from './provider.js';

const LENGTH_MAX = 2_048;
/** URL parsers quietly drop or rewrite these; an administrator who wrote one meant something else. */
const SUSPICIOUS = /[\s\\\p{Cc}]/u;

/** Ends of URLs that are calls, copied from a manual; the gateway appends them itself. */
const CALL_PATH =
  /\/(chat\/completions|completions|responses|embeddings|moderations|rerank|messages|videos|contents\/generations\/tasks|services\/aigc\/[a-z0-9-]+\/video-synthesis)$/i;

/** Azure's version of the interface. */
const VERSION_QUERY = /^\?api-version=[A-Za-z0-9.-]{1,64}$/;
const DEPLOYMENTS_PATH = /\/openai\/deployments(\/[^/]+)?$/i;

/** A base URL in its one form, or what is wrong with it, written to follow the word `baseUrl`. */
export type BaseUrlReading = { readonly baseUrl: string } | { readonly problem: string };

/**
 * Reads where a provider is reached: http or https, no credentials, query or fragment. Trailing slashes go; a bare origin gets the
 * provider's version path. Only Azure's may have a query, its version. Private addresses are fine: an administrator may well serve models on
 * the own network.
 */
export function readBaseUrl(text: string, provider: Provider): BaseUrlReading {
  if (text.length > LENGTH_MAX || SUSPICIOUS.test(text) || !URL.canParse(text))
    return { problem: ' must be an absolute URL.' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { problem: ' must begin with http:// or https://.' };
  if (url.username || url.password) return { problem: ' must not hold credentials; they belong into keys.' };
  const { versionPath, hasVersionQuery = false } = factsOf(provider);
  const isVersioned = hasVersionQuery && VERSION_QUERY.test(url.search);
  if (text.includes('#') || (text.includes('?') && !isVersioned))
    return { problem: ' must not have a query or a fragment.' };
  const path = url.pathname.replace(/\/+$/, '');
  const [call] = CALL_PATH.exec(path) ?? [];
  if (call !== undefined) return { problem: ` must end before ${call}, which the gateway appends itself.` };
  if (hasVersionQuery && !isVersioned && DEPLOYMENTS_PATH.test(path))
    return { problem: ' must say the version of deployments, as in ?api-version=2024-10-21.' };
  return { baseUrl: url.origin + (path || versionPath) + (isVersioned ? url.search : '') };
}
