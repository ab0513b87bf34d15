import { BlockList } from 'node:net';
import fc from 'fast-check';
import { CidrSet } from './cidr-set.js';
import { parseCidr, type Cidr } from './cidr.js';
import { MALFORMED_ADDRESS, parseAddress, type ClientAddress } from './client-address.js';

const address = (text: string): ClientAddress => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
};

const dotted = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
const colons = (value: bigint): string =>
  value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?=.)/g, '$1:');

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['2001:DB8:FFFF::/32', '2001:db8::/32'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '10.1.2.3/32'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:10.1.2.3/64', '::/64'],
  ])('writes %s as %s', (text, canonical) => {
    expect(parseCidr(text)?.text).toBe(canonical);
  });

  it.each([
    '',
    '/',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.0.0.0/255.0.0.0',
    '::/129',
    'fe80::1%eth0/64',
    'fe80::1%eth0',
    'all',
    '10.0.0.0 /8',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeNull();
  });
});

describe('CidrSet', () => {
  const ipv4 = fc.tuple(fc.nat({ max: 0xffff_ffff }), fc.nat({ max: 32 }));
  /** Few distinct numbers, so that ranges overlap, touch and nest. */
  const narrow = fc.tuple(
    fc.nat({ max: 255 }).map((low) => 0x0a00_0000 + low),
    fc.integer({ min: 24, max: 32 }),
  );

  it('agrees with node:net on IPv4', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(ipv4, narrow), { maxLength: 30 }),
        fc.array(fc.oneof(ipv4, narrow)),
        (ranges, probes) => {
          const oracle = new BlockList();
          for (const [base, prefix] of ranges) oracle.addSubnet(dotted(base), prefix, 'ipv4');
          const set = CidrSet.parse(ranges.map(([base, prefix]) => `${dotted(base)}/${prefix}`));
          for (const [probe] of [...probes, ...ranges]) {
            expect(set.contains(address(dotted(probe)))).toBe(oracle.check(dotted(probe), 'ipv4'));
          }
        },
      ),
    );
  });

  it('agrees with arithmetic on IPv6, also right beside the ends of a range', () => {
    const ipv6 = fc.tuple(fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n }), fc.nat({ max: 128 }));
    fc.assert(
      fc.property(fc.array(ipv6, { maxLength: 20 }), fc.array(ipv6, { maxLength: 5 }), (ranges, others) => {
        const set = CidrSet.parse(ranges.map(([base, prefix]) => `${colons(base)}/${prefix}`));
        const sizes = ranges.map(([base, prefix]) => ({ base, size: 2n ** BigInt(128 - prefix) }));
        const edges = sizes.flatMap(({ base, size }) => [base - (base % size) - 1n, base - (base % size) + size]);
        for (const probe of [...edges, ...ranges.map(([base]) => base), ...others.map(([base]) => base)]) {
          if (probe < 1n << 64n || probe >= 1n << 128n) continue;
          const expected = sizes.some(({ base, size }) => base / size === probe / size);
          expect(set.contains(address(colons(probe)))).toBe(expected);
        }
      }),
    );
  });

  it('keeps the families apart', () => {
    expect(CidrSet.parse(['::/0']).contains(address('192.0.2.1'))).toBe(false);
    expect(CidrSet.parse(['0.0.0.0/0']).contains(address('::c000:201'))).toBe(false);
    expect(CidrSet.parse(['0.0.0.0/0']).contains(address('::ffff:192.0.2.1'))).toBe(true);
    expect(CidrSet.parse(['::ffff:192.0.2.0/120']).contains(address('192.0.2.1'))).toBe(true);
  });

  it('contains nothing when empty, and never a malformed address', () => {
    expect(CidrSet.EMPTY.isEmpty).toBe(true);
    expect(CidrSet.EMPTY.contains(address('192.0.2.1'))).toBe(false);
    expect(CidrSet.parse(['0.0.0.0/0', '::/0']).contains(MALFORMED_ADDRESS)).toBe(false);
  });

  it('merges ranges that overlap, nest or touch', () => {
    const cidrs = ['10.0.0.0/25', '10.0.0.128/25', '10.0.0.7/32', '10.0.1.0/24', '0.0.0.0/8'].map(parseCidr) as Cidr[];
    expect(new CidrSet(cidrs)).toEqual(CidrSet.parse(['0.0.0.0/8', '10.0.0.0/23']));
  });

  it('names every text that is no CIDR', () => {
    expect(() => CidrSet.parse(['10.0.0.0/8', 'x', '1.2.3/4'])).toThrow('x, 1.2.3/4');
  });
});
