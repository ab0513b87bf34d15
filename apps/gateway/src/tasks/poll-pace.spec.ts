import { firstPollMs, nextPollMs } from './poll-pace.js';

const PACE = { firstMs: 2_000, minMs: 1_000, maxMs: 30_000 };

function expectNear(actual: number, ms: number): void {
  expect(actual).toBeGreaterThanOrEqual(Math.floor(ms * 0.8));
  expect(actual).toBeLessThanOrEqual(Math.ceil(ms * 1.2));
}

describe('the pace of polls', () => {
  it('begins when the provider wants it, slows down, and stays within its bounds', () => {
    expectNear(firstPollMs(PACE), 2_000);
    expectNear(nextPollMs(PACE, 1), 1_000);
    expectNear(nextPollMs(PACE, 2), 1_400);
    expectNear(nextPollMs(PACE, 5), 1_000 * 1.4 ** 4);
    for (const polls of [20, 100, 10_000]) expectNear(nextPollMs(PACE, polls), 30_000);
  });

  it('is slower where a provider says when to come again, within reason', () => {
    expectNear(nextPollMs(PACE, 1, 20), 20_000);
    expectNear(nextPollMs(PACE, 1, 1e9), 600_000);
  });

  it('does not let tasks be asked about in one moment', () => {
    expect(new Set(Array.from({ length: 20 }, () => nextPollMs(PACE, 50))).size).toBeGreaterThan(10);
  });
});
