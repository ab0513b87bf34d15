import { SlidingCounts } from './sliding-counts.js';

describe('counts of the last ten seconds', () => {
  it('hold what came within them, and nothing older', () => {
    const counts = new SlidingCounts();
    for (let second = 0; second < 30; second += 1) {
      counts.add(second * 1_000);
      if (second % 2 === 0) counts.mark(second * 1_000);
    }
    expect([counts.total(29_000), counts.marked(29_000)]).toEqual([10, 5]);
    expect([counts.total(34_000), counts.marked(34_000)]).toEqual([5, 2]);
    expect([counts.total(3_600_000), counts.marked(3_600_000)]).toEqual([0, 0]);
  });

  it('do not grow when the clock stands or is asked for an older instant', () => {
    const counts = new SlidingCounts();
    counts.add(50_000);
    counts.add(49_000);
    expect([counts.total(49_000), counts.total(50_999), counts.total(60_000)]).toEqual([2, 2, 0]);
  });

  it('equal a list that is cut, whatever comes when', () => {
    const counts = new SlidingCounts();
    const times: number[] = [];
    let nowMs = 0;
    for (let step = 0; step < 2_000; step += 1) {
      nowMs += (step * 7_919) % 1_700;
      counts.add(nowMs);
      times.push(nowMs);
      const second = Math.floor(nowMs / 1_000);
      expect(counts.total(nowMs)).toBe(times.filter((atMs) => Math.floor(atMs / 1_000) > second - 10).length);
    }
  });
});
