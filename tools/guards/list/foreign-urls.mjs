// @ts-check
const FETCH = 'apps/gateway/src/upstream/foreign-fetch.ts';
const CONNECT = 'apps/gateway/src/upstream/connect-foreign.ts';
const PROXY = 'apps/gateway/src/tasks/content-proxy.ts';
const ADDRESS = 'libs/platform/src/address/is-public-address.ts';
const HOSTILE = 'apps/gateway/src/tasks/content-proxy.hostile.spec.ts';
const STREAMED = 'apps/gateway/src/tasks/content-proxy.spec.ts';
const ADDRESSES = 'libs/platform/src/address/is-public-address.spec.ts';

/** That a URL from elsewhere leads nowhere but to the public internet. @type {readonly import('../guard.mjs').Guard[]} */
export const FOREIGN_URLS = [
  {
    name: 'every address of a foreign host is judged, not just the first',
    caughtBy: [HOSTILE],
    source: [{ file: CONNECT, from: '!addresses.every((address)', to: '!addresses.slice(0, 1).every((address)' }],
  },
  {
    name: 'the addresses of a foreign host are judged, whatever its name says',
    caughtBy: [HOSTILE],
    source: [{ file: CONNECT, from: '(isTrusted || isPublicAddress(address))', to: '(isTrusted || true)' }],
  },
  {
    name: 'whoever answers is one of the addresses that were judged',
    caughtBy: [HOSTILE],
    source: [{ file: CONNECT, from: 'assertPeerIsOneOf(addresses, socket);', to: '' }],
  },
  {
    name: 'the URL of a redirect is judged',
    caughtBy: [HOSTILE],
    source: [
      {
        file: FETCH,
        from: 'url = readUrl(new URL(location, url).href, allowed);',
        to: 'url = new URL(location, url);',
      },
    ],
  },
  {
    name: 'redirects come to an end',
    caughtBy: [HOSTILE],
    source: [{ file: FETCH, from: 'if (redirects === REDIRECTS_MAX)', to: 'if (redirects < 0)' }],
  },
  {
    name: 'credentials stay with their origin, and do not come back to it',
    caughtBy: [HOSTILE],
    source: [{ file: FETCH, from: 'if (credential?.origin !== url.origin) credential = undefined;', to: '' }],
  },
  {
    name: "a channel's redirect is as foreign as any",
    caughtBy: [HOSTILE],
    source: [
      {
        file: FETCH,
        from: '(redirects === 0 && isOwn) || allowed.has(url)',
        to: 'isOwn || allowed.has(url)',
      },
      {
        file: FETCH,
        from: 'url = readUrl(new URL(location, url).href, allowed);',
        to: 'url = new URL(location, url);',
      },
    ],
  },
  {
    name: "a path does not make another host of a channel's URL",
    caughtBy: [HOSTILE],
    source: [
      {
        file: FETCH,
        from: "return origin === credential.origin && username === '' && password === '';",
        to: 'return true;',
      },
    ],
  },
  {
    name: 'of IPv6 only what is given out is public',
    caughtBy: [ADDRESSES],
    source: [{ file: ADDRESS, from: 'GLOBAL_IPV6.contains(address) &&', to: '' }],
  },
  {
    name: '6to4, Teredo and documentation are not public',
    caughtBy: [ADDRESSES],
    source: [{ file: ADDRESS, from: '&& !SPECIAL_IPV6.contains(address)', to: '' }],
  },
  {
    name: 'a client that leaves its content stops the upstream',
    caughtBy: [STREAMED],
    source: [{ file: PROXY, from: 'client.untilGone()', to: 'new AbortController().signal' }],
  },
  {
    name: 'a slow client makes the upstream of its content wait',
    caughtBy: [STREAMED],
    source: [{ file: PROXY, from: 'return client.write([chunk]);', to: 'void client.write([chunk]);' }],
  },
  {
    name: 'content that breaks off does not end cleanly',
    caughtBy: [STREAMED],
    source: [
      {
        file: PROXY,
        from: 'if (reply.raw.headersSent) reply.raw.destroy();',
        to: 'if (reply.raw.headersSent) reply.raw.end();',
      },
    ],
  },
];
