import type { ChannelKey } from '@tokenbay/channels';
import type { ProviderAdapter } from '@tokenbay/providers';
import { openSecret } from './open-secret.js';

type Headers = Readonly<Record<string, string>>;

/** What one key's requests carry, by what they ask for. */
interface KeyHeaders {
  readonly plain: Headers;
  readonly stream: Headers;
}

/** A key that changes is another object. */
const headersOfKeys = new WeakMap<ChannelKey, KeyHeaders>();

/**
 * The headers of a request to a channel: its credential, ours, and `more`. Where there are no more, they are the same frozen object for every
 * request of a key, which need not be written anew each time. Throws AttemptFailure where the key's secret does not open.
 */
export function upstreamHeaders(
  key: ChannelKey,
  adapter: ProviderAdapter,
  { isStream, more }: { readonly isStream: boolean; readonly more: Headers | undefined },
): Headers {
  let made = headersOfKeys.get(key);
  if (!made) {
    const credential = adapter.headers(openSecret(key));
    made = {
      plain: Object.freeze(headersFor(credential, 'application/json')),
      stream: Object.freeze(headersFor(credential, 'text/event-stream')),
    };
    headersOfKeys.set(key, made);
  }
  const headers = isStream ? made.stream : made.plain;
  return more ? { ...headers, ...more } : headers;
}

function headersFor(credential: Headers, accept: string): Record<string, string> {
  return {
    ...credential,
    'content-type': 'application/json',
    accept,
    'accept-encoding': 'identity',
    'user-agent': 'tokenbay-gateway',
  };
}
