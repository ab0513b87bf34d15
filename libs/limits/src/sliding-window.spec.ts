import fc from 'fast-check';
import { SlidingWindow, SLOTS_MAX } from './sliding-window.js';

/** Offers one unit at each instant and answers the instants at which one was admitted. */
function admit(instants: readonly number[], requests: number, windowMs: number): number[] {
  const window = new SlidingWindow();
  return instants.filter((nowMs) => {
    window.advance(nowMs, windowMs);
    if (window.units >= requests) return false;
    window.add(nowMs, { units: 1, limit: requests, windowMs, steps: SLOTS_MAX });
    return true;
  });
}

const instants = fc
  .array(fc.oneof(fc.constant(0), fc.nat({ max: 5 }), fc.nat({ max: 3000 })), { maxLength: 300 })
  .map((gaps) =>
    gaps.map(
      (
        (now) => (gap: number) =>
          (now += gap)
      )(1_700_000_000_000),
    ),
  );

describe('SlidingWindow', () => {
  it('never admits more than the limit in any stretch of the window, and refuses only when it is full', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5000 }),
        (offered, requests, windowMs) => {
          const log: number[] = [];
          for (const now of offered) if (log.filter((time) => time > now - windowMs).length < requests) log.push(now);
          expect(admit(offered, requests, windowMs)).toEqual(log);
        },
      ),
    );
  });

  it('admits exactly the limit in a burst, however large', () => {
    for (const requests of [1, 4, 5, 100, SLOTS_MAX, SLOTS_MAX + 1, 20_000]) {
      const burst = Array.from({ length: requests + 10 }, () => 1_700_000_000_000);
      expect(admit(burst, requests, 60_000)).toHaveLength(requests);
    }
  });

  it('counts a limit above its slots in steps that never admit too many and cost at most one step', () => {
    const requests = SLOTS_MAX * 3;
    const windowMs = 60_000;
    const stepMs = Math.ceil(windowMs / SLOTS_MAX);
    const offered = Array.from({ length: 60_000 }, (_, index) => 1_700_000_000_001 + index * 3);
    const admitted = admit(offered, requests, windowMs);
    for (let index = requests; index < admitted.length; index += 1) {
      const stretch = (admitted[index] as number) - (admitted[index - requests] as number);
      expect(stretch).toBeGreaterThanOrEqual(windowMs);
      expect(stretch).toBeLessThanOrEqual(windowMs + stepMs + 3);
    }
    expect(admitted.length).toBeGreaterThan(requests * 2);
  });

  it('holds no more slots than its bound needs', () => {
    const window = new SlidingWindow();
    for (let index = 0; index < 200_000; index += 1) {
      window.advance(index, 60_000);
      window.add(index, { units: 1, limit: 1_000_000, windowMs: 60_000, steps: SLOTS_MAX });
    }
    expect(window.capacity).toBeLessThanOrEqual(SLOTS_MAX * 2);
  });

  it('tells the wait after which one unit is free, and not a millisecond less', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 5000 }),
        (offered, requests, windowMs) => {
          const window = new SlidingWindow();
          for (const now of offered) {
            window.advance(now, windowMs);
            if (window.units < requests) window.add(now, { units: 1, limit: requests, windowMs, steps: SLOTS_MAX });
          }
          const now = offered.at(-1) ?? 0;
          const waitMs = window.waitMs(now, windowMs, requests);
          if (window.units < requests) return expect(waitMs).toBe(0);
          window.advance(now + waitMs - 1, windowMs);
          expect(window.units).toBeGreaterThanOrEqual(requests);
          window.advance(now + waitMs, windowMs);
          expect(window.units).toBeLessThan(requests);
        },
      ),
    );
  });

  it('neither freezes nor forgets when the clock is set back', () => {
    const window = new SlidingWindow();
    const limit = { units: 1, limit: 2, windowMs: 1000, steps: SLOTS_MAX };
    window.advance(1_000_000, 1000);
    window.add(1_000_000, limit);
    window.add(1_000_000, limit);
    window.advance(500_000, 1000);
    expect(window.units).toBe(2);
    expect(window.waitMs(500_000, 1000, 2)).toBe(1000);
    window.advance(501_000, 1000);
    expect(window.units).toBe(0);
  });

  it('counts several units at once, in as few steps as it is told', () => {
    const window = new SlidingWindow();
    for (let now = 1_000_000; now < 1_060_000; now += 10) {
      window.advance(now, 60_000);
      window.add(now, { units: 700, limit: 1_000_000, windowMs: 60_000, steps: 240 });
    }
    expect(window.units).toBe(6_000 * 700);
    expect(window.capacity).toBeLessThanOrEqual(512);
  });

  it('takes out again what was put in, from when it counts, and nothing else', () => {
    const window = new SlidingWindow();
    const one = { units: 1, limit: 9, windowMs: 1000, steps: SLOTS_MAX };
    window.advance(1_000, 1000);
    const first = window.add(1_000, one);
    window.advance(1_400, 1000);
    window.add(1_400, one);
    window.remove(first, 1);
    window.remove(first, 1);
    window.remove(1_200, 1);
    expect(window.units).toBe(1);
    expect(window.waitMs(1_400, 1000, 1)).toBe(1000);
  });
});
