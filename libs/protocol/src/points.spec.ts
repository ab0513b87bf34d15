import fc from 'fast-check';
import { formatPoints, MICROPOINTS_MAX, parsePoints } from './points.js';

describe('amounts of points', () => {
  it('reads decimal strings and numbers as exact micropoints', () => {
    expect(parsePoints('12.5')).toBe(12_500_000);
    expect(parsePoints(0.1)).toBe(100_000);
    expect(parsePoints('-3')).toBe(-3_000_000);
    expect(parsePoints('0.000001')).toBe(1);
    expect(parsePoints(0.000001)).toBe(1);
    expect(parsePoints('9007199254.740991')).toBe(MICROPOINTS_MAX);
  });

  it('refuses what is not exact or not a plain decimal', () => {
    for (const amount of [
      '0.0000001',
      '1e3',
      '',
      ' 1',
      '+1',
      '.5',
      '1.',
      '9007199254.740992',
      'NaN',
      NaN,
      Infinity,
      1e-7,
    ])
      expect(parsePoints(amount)).toBeUndefined();
  });

  it('writes what it reads, for every amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -MICROPOINTS_MAX, max: MICROPOINTS_MAX }), (micropoints) => {
        expect(parsePoints(formatPoints(micropoints))).toBe(micropoints === 0 ? 0 : micropoints);
      }),
    );
  });
});
