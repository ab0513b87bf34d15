import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tokenbay/platform';
import { hasRedis, startRedis, type TestRedis } from '@tokenbay/testing';
import { MemoryRateStorage } from './memory-rate-storage.js';
import { RedisLink } from './redis-link.js';
import { RedisRateStorage } from './redis-rate-storage.js';
import type { RateTake } from './rate-storage.js';
import { SLOTS_MAX } from './sliding-window.js';

const logger = createLogger('test', 'silent');

function take(key: string, fields: Partial<RateTake> = {}): RateTake {
  const usual = { kind: 'account', windowMs: 60_000, limit: 5, units: 1, isConsumed: false, blockMs: 0 };
  return { key, ...usual, steps: SLOTS_MAX, ...fields };
}

type Work = (storage: RedisRateStorage, link: RedisLink) => Promise<void>;

/** A test machine may be busier than any that a gateway runs on; what is said of the 50 ms is tested with them. */
async function withLink(redis: TestRedis, work: Work, answerMsMax = 5_000): Promise<void> {
  const link = new RedisLink(redis.url, logger, answerMsMax);
  const storage = new RedisRateStorage(link, randomUUID());
  await link.start();
  while (!link.isUp) await sleep(20);
  return work(storage, link).finally(() => link.stop());
}

/** So much later than the memory Redis may decide without another answer. */ const LATENESS_MS_MAX = 15;

/** Asks memory and Redis the same, and answers where they differ, and by how much Redis was ever asked later. */
async function compare(storage: RedisRateStorage, key: string) {
  const memory = new MemoryRateStorage({ nowMs: () => Date.now() });
  const differences: object[] = [];
  let latenessMs = 0;
  for (let index = 0; index < 120; index += 1) {
    const asked = take(key, {
      windowMs: [200, 300, 200][index % 3] ?? 200,
      limit: [4, 6, 3, 9_000][index % 4] ?? 4,
      units: index % 7 === 0 ? 0 : 1 + (index % 5 === 0 ? 2 : 0),
      isConsumed: index % 5 === 0,
    });
    const askedAtMs = performance.now();
    const here = memory.take(asked);
    const there = await storage.take(asked);
    latenessMs = Math.max(latenessMs, performance.now() - askedAtMs);
    const isAlike = there?.isAdmitted === here.isAdmitted && there.units === here.units;
    if (!isAlike || Math.abs(there.resetMs - here.resetMs) > 25) differences.push({ index, here, there });
    // Away from the edges of the windows.
    if (index % 10 === 9) await sleep(330);
  }
  return { differences, latenessMs };
}

if (hasRedis()) testRedis();
else describe('rates in Redis', () => it('need redis-server, which this machine has not', () => undefined));

function testRedis(): void {
  let redis: TestRedis;
  beforeAll(async () => (redis = await startRedis()));
  afterAll(() => redis.kill());

  describe('rates in Redis', () => {
    it('lets exactly the limit of a burst through, over two connections', async () => {
      await withLink(redis, (one) =>
        withLink(redis, async (two) => {
          const verdicts = await Promise.all(
            Array.from({ length: 400 }, (_, index) => (index % 2 ? one : two).take(take('burst', { limit: 100 }))),
          );
          expect(verdicts.filter((verdict) => verdict?.isAdmitted)).toHaveLength(100);
          const wait = Math.max(...verdicts.map((verdict) => verdict?.resetMs ?? 0));
          expect(wait).toBeGreaterThan(55_000);
          expect(wait).toBeLessThanOrEqual(60_000);
        }),
      );
    });

    it('says the same as the memory, take for take, windows that slide and change, units that are consumed', async () => {
      await withLink(redis, async (storage) => {
        // The two read their clocks one after the other: where the machine came between them, what they say is not compared.
        for (let tries = 1; ; tries += 1) {
          const { differences, latenessMs } = await compare(storage, `alike${tries}`);
          if (differences.length > 0 && latenessMs > LATENESS_MS_MAX && tries < 10) continue;
          expect(differences).toEqual([]);
          return;
        }
      });
    }, 60_000);

    it('waits as long as it says, and not longer', async () => {
      await withLink(redis, async (storage) => {
        const asked = take('wait', { limit: 1, windowMs: 300 });
        await storage.take(asked);
        const refused = await storage.take(asked);
        expect(refused?.isAdmitted).toBe(false);
        await sleep((refused?.resetMs ?? 0) + 2);
        expect((await storage.take(asked))?.isAdmitted).toBe(true);
      });
    });

    it('keeps a penalty beyond the window where it is told to', async () => {
      await withLink(redis, async (storage) => {
        const asked = take('penalty', { limit: 1, windowMs: 100, blockMs: 2_000 });
        await storage.take(asked);
        expect((await storage.take(asked))?.resetMs).toBeGreaterThan(1_000);
        await sleep(300);
        expect((await storage.take(asked))?.isAdmitted).toBe(false);
        await sleep(1_800);
        expect((await storage.take(asked))?.isAdmitted).toBe(true);
      });
    });

    it('leaves nothing behind when the windows are over', async () => {
      await withLink(redis, async (storage, link) => {
        link.define('countKeys', "return #redis.call('KEYS', 'tokenbay:{bound*')", 0);
        const windowMs = 1_000;
        await Promise.all(Array.from({ length: 50 }, (_, index) => storage.take(take(`bound${index}`, { windowMs }))));
        expect(await link.run('countKeys', [])).toBe(50);
        await sleep(windowMs + 300);
        expect(await link.run('countKeys', [])).toBe(0);
      });
    });

    it('counts what runs over several processes, each by what it says itself', async () => {
      await withLink(redis, (one) =>
        withLink(redis, async (two) => {
          expect(await one.enter('seats', 0, 2)).toEqual({ isAdmitted: true, taken: 1 });
          expect(await two.enter('seats', 0, 2)).toEqual({ isAdmitted: true, taken: 2 });
          expect(await one.enter('seats', 1, 2)).toEqual({ isAdmitted: false, taken: 2 });
          await two.keep('seats', 0);
          expect(await one.enter('seats', 1, 2)).toEqual({ isAdmitted: true, taken: 2 });
        }),
      );
    });
  });

  describe('a Redis that is lost', () => {
    it('is waited for 50 ms once, costs nothing after that, and is relied on again a second after it answers', async () => {
      await withLink(
        redis,
        async (storage, link) => {
          redis.pause();
          try {
            const startedAtMs = performance.now();
            const verdicts = await Promise.all(Array.from({ length: 50 }, () => storage.take(take('hang'))));
            expect(verdicts.filter(Boolean)).toEqual([]);
            // Each in turn would have waited for fifty times as long.
            expect(performance.now() - startedAtMs).toBeLessThan(2_000);
            const laterMs = performance.now();
            for (let index = 0; index < 100; index += 1) await storage.take(take('hang'));
            expect(performance.now() - laterMs).toBeLessThan(2_000);
          } finally {
            redis.resume();
          }
          const resumedAtMs = performance.now();
          while (!link.isUp && performance.now() - resumedAtMs < 15_000) await sleep(20);
          expect(link.isUp).toBe(true);
          expect(performance.now() - resumedAtMs).toBeGreaterThan(700);
        },
        50,
      );
    });

    it('is found again after it was killed and started anew', async () => {
      await withLink(redis, async (storage, link) => {
        await redis.kill();
        expect(await storage.take(take('killed'))).toBeUndefined();
        await redis.start();
        const startedAtMs = performance.now();
        while (!link.isUp && performance.now() - startedAtMs < 15_000) await sleep(20);
        expect(await storage.take(take('killed'))).toMatchObject({ isAdmitted: true, units: 1 });
      });
    });
  });
}
