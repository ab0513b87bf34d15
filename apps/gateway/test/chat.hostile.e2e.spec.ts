import { uniqueName } from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const house = useSystem();
const LIMITS = { connectTimeoutMs: 2_000, firstByteTimeoutMs: 2_000, idleTimeoutMs: 2_000, totalTimeoutMs: 2_000 };

describe('many hostile upstreams at once', () => {
  const AT_ONCE = 10;
  /** What one of them may hold is the largest JSON body, 64 MiB; what the collector leaves lying about is less than the streams do not use. */
  const GROWTH_BYTES_MAX = AT_ONCE * 67_108_864;
  const residentBytes = async () => {
    const text = await (await fetch(house.system.metricsUrl)).text();
    return Number(/^process_resident_memory_bytes(?:\{[^}]*\})? (\d+)/m.exec(text)![1]);
  };

  /** Of a stream that comes faster than a client can read it is the client who takes most of the time, and is dropped for it. */
  const STREAMED = new Map([['endless', 'endless+gap:1']]);

  it.each(['endless', 'gzip-bomb:64', 'huge-line:33554432', 'slow:5'])(
    'that do %s take bounded memory and time',
    async (how) => {
      const worldOf = (directives: string) =>
        house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, points: '100000', channel: LIMITS });
      const worlds = [await worldOf(STREAMED.get(how) ?? how), await worldOf(how)] as const;
      const before = await residentBytes();
      const startedAtMs = performance.now();
      // As one JSON body a huge line is but a long answer.
      const isStream = (index: number) => index % 2 === 0 || how.startsWith('huge-line');
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => house.chat(worlds[index % 2]!, { stream: isStream(index) })),
      );
      expect(performance.now() - startedAtMs).toBeLessThan(40_000);
      expect(answers.every(({ status, events }) => status !== 200 || events.at(-1) !== '[DONE]')).toBe(true);
      expect((await residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX);
      // What was lent ahead to so many comes back a little later; nothing was charged.
      for (const world of worlds) {
        const { available, held } = await house.pointsOf(world);
        expect(Number(available) + Number(held)).toBeCloseTo(100_000, 6);
      }
    },
  );
});
