import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { parseAddress } from './client-address.js';
import { isPublicAddress } from './is-public-address.js';

const isPublic = (text: string): boolean => {
  const address = parseAddress(text);
  if (!address) throw new Error(`not an address: ${text}`);
  return isPublicAddress(address);
};

/** What a URL from elsewhere must not lead to, as bytes and bits, read without our own parser. */
const NOT_PUBLIC_IPV4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4';
const NOT_PUBLIC_IPV6 =
  '::/128 ::1/128 ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 5f00::/16 3fff::/20';

const bitsOf = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');

interface Range {
  readonly text: string;
  readonly prefix: string;
  readonly bits: number;
}

const rangesOf = (list: string): Range[] =>
  list.split(' ').map((text) => {
    const [address = '', length = ''] = text.split('/');
    const bytes = ipaddr.parse(address).toByteArray();
    return { text, prefix: bitsOf(bytes).slice(0, Number(length)), bits: bytes.length * 8 };
  });

const IPV4_RANGES = rangesOf(NOT_PUBLIC_IPV4);
const IPV6_RANGES = rangesOf(NOT_PUBLIC_IPV6);
const isIn = (ranges: readonly Range[], bits: string): boolean => ranges.some(({ prefix }) => bits.startsWith(prefix));

/** The independent judge: text prefixes of bits. */
function oracle(bytes: readonly number[]): boolean {
  const bits = bitsOf(bytes);
  if (bytes.length === 4) return !isIn(IPV4_RANGES, bits);
  if (bits.startsWith('0'.repeat(80) + '1'.repeat(16))) return oracle(bytes.slice(12));
  return bits.startsWith('001') && !isIn(IPV6_RANGES, bits);
}

const toBytes = (bits: string): number[] => (bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
const hex = (byte = 0): string => byte.toString(16).padStart(2, '0');
const groupsOf = (bytes: readonly number[]): string[] =>
  Array.from({ length: bytes.length / 2 }, (_, index) => hex(bytes[2 * index]) + hex(bytes[2 * index + 1]));

/** Ways to write the same address. */
function spellings(bytes: readonly number[]): string[] {
  if (bytes.length === 4) return [bytes.join('.')];
  const groups = groupsOf(bytes);
  return [
    groups.join(':'),
    groups.join(':').toUpperCase(),
    ipaddr.fromByteArray([...bytes]).toString(),
    `${groups.slice(0, 6).join(':')}:${bytes.slice(12).join('.')}`,
    `${groups.join(':')}%eth0`,
  ];
}

const ipv4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
const ipv6 = fc.array(fc.nat(255), { minLength: 16, maxLength: 16 });
const within = ({ prefix, bits }: Range): fc.Arbitrary<number[]> =>
  fc.string({ unit: fc.constantFrom('0', '1'), minLength: bits, maxLength: bits }).map((rest) => {
    return toBytes(prefix + rest.slice(prefix.length));
  });
const nearRange = fc.constantFrom(...IPV4_RANGES, ...IPV6_RANGES).chain(within);
const embedded = fc
  .tuple(
    fc.constantFrom('::', '::ffff:0:0', '::ffff:0:0:0', '64:ff9b::', '64:ff9b:1::', '2001:db8::'),
    fc.oneof(ipv4, ...IPV4_RANGES.map(within)),
  )
  .map(([prefix, inside]) => [...ipaddr.parse(prefix).toByteArray().slice(0, 12), ...inside]);

describe('whether an address is public', () => {
  it('is decided as by a judge who compares bits, however the address is written', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, nearRange, embedded), (bytes) => {
        for (const text of spellings(bytes)) expect([text, isPublic(text)]).toEqual([text, oracle(bytes)]);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([...IPV4_RANGES, ...IPV6_RANGES])('is denied from the first to the last address of $text', (range) => {
    const rest = range.bits - range.prefix.length;
    for (const fill of ['0', '1']) {
      const bytes = toBytes(range.prefix + fill.repeat(rest));
      for (const text of spellings(bytes)) expect([text, isPublic(text)]).toEqual([text, false]);
    }
  });

  it('is denied to every IPv4 address that is not, when it is mapped into IPv6', () => {
    fc.assert(
      fc.property(fc.constantFrom(...IPV4_RANGES).chain(within), ([a = 0, b = 0, c = 0, d = 0]) => {
        expect(isPublic(`::ffff:${a}.${b}.${c}.${d}`)).toBe(false);
        expect(isPublic(`::ffff:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`)).toBe(false);
      }),
    );
  });

  it('is never granted where another library knows a special purpose', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, nearRange, embedded), (bytes) => {
        const known = ipaddr.fromByteArray(bytes);
        const inside = known instanceof ipaddr.IPv6 && known.isIPv4MappedAddress() ? known.toIPv4Address() : known;
        if (inside.range() !== 'unicast' && inside.range() !== 'as112')
          expect([String(known), isPublic(String(known))]).toEqual([String(known), false]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:2800:220:1::1', '2a00:1450:4001::200e', '::ffff:8.8.8.8'])(
    'is granted to %s',
    (text) => expect(isPublic(text)).toBe(true),
  );
});
