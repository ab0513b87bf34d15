import { retryDelayMs } from './retry-delay.js';

describe('the wait for the next attempt', () => {
  it('doubles from five seconds to an hour, up to a half more or less', () => {
    expect([1, 2, 3, 4, 10, 11, 40, 5_000].map((attempt) => retryDelayMs(attempt, 0.5))).toEqual([
      ...[5_000, 10_000, 20_000, 40_000, 2_560_000, 3_600_000, 3_600_000, 3_600_000],
    ]);
    expect([retryDelayMs(1, 0), retryDelayMs(1, 0.999_999)]).toEqual([2_500, 7_500]);
  });

  it('is what the receiver asks for where that is longer, up to an hour', () => {
    expect(retryDelayMs(1, 0.5, 60)).toBe(60_000);
    expect(retryDelayMs(5, 0.5, 1)).toBe(80_000);
    expect(retryDelayMs(1, 0.5, 1e9)).toBe(3_600_000);
  });
});
