import fc from 'fast-check';
import { CidrSet } from './cidr-set.js';
import { resolveClientAddress } from './resolve-client-address.js';

const PROXY = '10.0.0.1';
const trusted = CidrSet.parse(['10.0.0.0/8', '2001:db8:ffff::/48']);
const resolve = (peer: string | undefined, forwardedFor?: string | string[]): string =>
  resolveClientAddress({ peer, forwardedFor, trusted }).text;

describe('resolveClientAddress', () => {
  it('is the peer when nobody is trusted, whatever was forwarded', () => {
    const nobody = CidrSet.EMPTY;
    expect(resolveClientAddress({ peer: PROXY, forwardedFor: '192.0.2.1', trusted: nobody }).text).toBe(PROXY);
  });

  it.each<[string, string | undefined, string | string[] | undefined, string]>([
    ['an untrusted peer with a forged header', '203.0.113.9', '192.0.2.1', '203.0.113.9'],
    ['an IPv4-mapped peer', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['a trusted peer without the header', PROXY, undefined, PROXY],
    ['a trusted peer with an empty header', PROXY, ' ', PROXY],
    ['one hop', PROXY, '192.0.2.1', '192.0.2.1'],
    ['an IPv4-mapped proxy', `::ffff:${PROXY}`, '192.0.2.1', '192.0.2.1'],
    ['the last hop, not a forged first', PROXY, '1.1.1.1, 192.0.2.1', '192.0.2.1'],
    ['the hop before trusted ones', PROXY, '1.1.1.1,192.0.2.1, 10.1.1.1 ,2001:db8:ffff::5', '192.0.2.1'],
    ['several headers', PROXY, ['1.1.1.1, 192.0.2.1', '10.1.1.1'], '192.0.2.1'],
    ['the leftmost when all are trusted', PROXY, '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['a hop with a port', PROXY, '192.0.2.1:51234', '192.0.2.1'],
    ['an IPv6 hop with a port', PROXY, '[2001:db8::1]:51234', '2001:db8::1'],
    ['an IPv6 hop with a zone', PROXY, 'fe80::1%eth0', 'fe80::1'],
    ['garbage left of the client', PROXY, '"<script>", 192.0.2.1', '192.0.2.1'],
    ['garbage as the client', PROXY, '192.0.2.1, unknown', 'malformed'],
    ['garbage behind trusted hops', PROXY, '192.0.2.1, unknown, 10.1.1.1', 'malformed'],
    ['an empty hop', PROXY, '192.0.2.1,', 'malformed'],
    ['a leading comma', PROXY, ',10.1.1.1', 'malformed'],
    ['a chain that is too long', PROXY, Array.from({ length: 40 }, () => '10.1.1.1').join(), 'malformed'],
    ['no peer', undefined, '192.0.2.1', 'malformed'],
    ['a peer that is no address', '/run/socket', '192.0.2.1', 'malformed'],
  ])('%s', (_, peer, forwardedFor, expected) => {
    expect(resolve(peer, forwardedFor)).toBe(expected);
  });

  it('never lets what a client sent itself win over what the proxy appended', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.ipV4(),
        fc.array(fc.constantFrom('10.1.1.1', '10.9.9.9'), { maxLength: 5 }),
        (forged, client, proxies) => {
          fc.pre(!client.startsWith('10.'));
          expect(resolve(PROXY, [forged, client, ...proxies].join(', '))).toBe(client);
        },
      ),
    );
  });
});
