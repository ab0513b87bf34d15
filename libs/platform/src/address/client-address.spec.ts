import fc from 'fast-check';
import { MALFORMED_ADDRESS, parseAddress } from './client-address.js';

describe('parseAddress', () => {
  it.each([
    ['192.0.2.1', 4, '192.0.2.1'],
    ['::ffff:192.0.2.1', 4, '192.0.2.1'],
    ['::FFFF:C000:0201', 4, '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', 4, '192.0.2.1'],
    ['::1', 6, '::1'],
    ['::', 6, '::'],
    ['fe80::1%eth0', 6, 'fe80::1'],
    ['2001:DB8:0:0:1:0:0:1', 6, '2001:db8::1:0:0:1'],
    ['::192.0.2.1', 6, '::c000:201'],
    ['64:ff9b::192.0.2.1', 6, '64:ff9b::c000:201'],
    ['::ffff:0:192.0.2.1', 6, '::ffff:0:c000:201'],
  ])('reads %s as IPv%d %s', (text, family, canonical) => {
    expect(parseAddress(text)).toMatchObject({ family, text: canonical });
  });

  it.each([
    '',
    ' ',
    '1.2.3',
    '01.2.3.4',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4 ',
    '[::1]',
    '1::2::3',
    ':::',
    'unknown',
    '::1%',
    'a'.repeat(101),
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('gives every IPv4 address its number, and its mapped spellings the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (number) => {
        const dotted = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
        const hex = number.toString(16).padStart(8, '0');
        for (const text of [dotted, `::ffff:${dotted}`, `::ffff:${hex.slice(0, 4)}:${hex.slice(4)}`]) {
          expect(parseAddress(text)).toMatchObject({ family: 4, value: BigInt(number), text: dotted });
        }
      }),
    );
  });

  it('gives every IPv6 address its number, however it is spelt, and reads its own text back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 0xffff })), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const value = groups.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
          fc.pre(value / 0x1_0000_0000n !== 0xffffn);
          const plain = parseAddress(groups.map((group) => group.toString(16)).join(':'));
          const padded = parseAddress(
            groups.map((group) => group.toString(16).toUpperCase().padStart(4, '0')).join(':'),
          );
          expect(plain).toMatchObject({ family: 6, value });
          expect(padded).toEqual(plain);
          expect(parseAddress(plain?.text ?? '')).toEqual(plain);
        },
      ),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV4Extended(), fc.ipV6()), (text) => void parseAddress(text)));
  });
});

describe('MALFORMED_ADDRESS', () => {
  it('says so', () => {
    expect(MALFORMED_ADDRESS.isMalformed).toBe(true);
    expect(parseAddress('192.0.2.1')?.isMalformed).toBe(false);
  });
});
