import { uniqueName } from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const house = useSystem();
const LIMITS = { connectTimeoutMs: 2_000, firstByteTimeoutMs: 2_000, idleTimeoutMs: 2_000, totalTimeoutMs: 2_000 };

describe('many hostile upstreams at once', () => {
  /** What one of them may hold, times so many, and what the collector leaves lying about. */
  const GROWTH_BYTES_MAX = 300 * 1_048_576;
  // No more than the test itself can read in time: an answer that waits for its client when its time is over is charged.
  const AT_ONCE = 4;
  const residentBytes = async () => {
    const text = await (await fetch(house.system.metricsUrl)).text();
    return Number(/^process_resident_memory_bytes(?:\{[^}]*\})? (\d+)/m.exec(text)![1]);
  };

  it.each(['gzip-bomb:64', 'slow:5'])(
    'that do %s take bounded memory and time',
    async (how) => {
      const upstreamModel = `${uniqueName('fake')}@${how}`;
      const world = await house.system.world({ upstreamModel, points: '100000', channel: LIMITS });
      const before = await residentBytes();
      const startedAtMs = performance.now();
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => house.chat(world, { stream: index % 2 === 0 })),
      );
      expect(performance.now() - startedAtMs).toBeLessThan(20_000);
      expect(answers.every(({ status, events }) => status !== 200 || events.at(-1) !== '[DONE]')).toBe(true);
      expect((await residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX);
      expect(await house.pointsOf(world)).toEqual({ available: '100000', held: '0' });
    },
    40_000,
  );
});
