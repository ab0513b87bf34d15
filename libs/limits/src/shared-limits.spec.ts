import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@tokenbay/platform';
import { hasRedis, startRedis, type TestRedis } from '@tokenbay/testing';
import { DeskClient } from './desk-client.js';
import { MemoryRateStorage } from './memory-rate-storage.js';
import { ParallelLimiter } from './parallel-limiter.js';
import { PrimaryRateStorage, PrimarySeats } from './primary-rate-storage.js';
import { RateDesk } from './rate-desk.js';
import { RateLimiter } from './rate-limiter.js';
import { RatePeers } from './rate-peers.js';
import { RedisLink } from './redis-link.js';
import { RedisRateStorage } from './redis-rate-storage.js';
import { SharedRateStorage } from './shared-rate-storage.js';
import { SharedSeats } from './shared-seats.js';

const logger = createLogger('test', 'silent');
const LIMIT = { requests: 100, windowSeconds: 60 };

/** Peers that are told how many others there are. */
function peersBeside(others: number): RatePeers {
  const options = { peerId: randomUUID(), hasRedis: true };
  return Object.assign(new RatePeers(undefined as never, undefined as never, logger, options), { others });
}

/** A primary process and its workers, whose messages travel as JSON and one turn of the event loop late. */
class Machine {
  readonly desk = new RateDesk(new MemoryRateStorage({ nowMs: () => Date.now() }));
  isSilent = false;
  private held: (() => void)[] = [];

  constructor(private readonly others = 0) {}

  /** `answerMsMax`: a test machine may be too busy to answer within 50 ms. */
  async worker(id: number, redis?: TestRedis, answerMsMax = 5_000) {
    let listener: (message: unknown) => void = () => undefined;
    const deliver = (message: object): void => {
      const reply = this.desk.answer(id, JSON.parse(JSON.stringify(message)));
      if (reply) setImmediate(() => listener(reply));
    };
    const client = new DeskClient({
      send: (message) =>
        void setImmediate(() => (this.isSilent ? this.held.push(() => deliver(message)) : deliver(message))),
      onMessage: (callback) => (listener = callback),
    });
    const link = redis && new RedisLink(redis.url, logger, answerMsMax);
    const shared = link && new RedisRateStorage(link, randomUUID());
    await link?.start();
    const peers = peersBeside(this.others);
    const seats = new SharedSeats(new PrimarySeats(client), shared, peers);
    const limiter = new RateLimiter(new SharedRateStorage(new PrimaryRateStorage(client), shared, peers));
    const stop = (): void => {
      link?.stop();
      seats.stop();
    };
    return { limiter, parallel: new ParallelLimiter(seats), link, stop };
  }

  speakAgain(): void {
    this.isSilent = false;
    for (const deliver of this.held.splice(0)) deliver();
  }
}

function burst(workers: { limiter: RateLimiter }[], count: number, key = 'account:1' as const): Promise<boolean>[] {
  return Array.from({ length: count }, async (_, index) => {
    const { limiter } = workers[index % workers.length]!;
    return (await limiter.consume(key, LIMIT)).allowed;
  });
}

const countAllowed = async (asked: Promise<boolean>[]) => (await Promise.all(asked)).filter(Boolean).length;

describe('workers without Redis', () => {
  it('share the memory of their primary: exactly the limit of a burst gets through', async () => {
    const machine = new Machine();
    const workers = [await machine.worker(1), await machine.worker(2)];
    expect(await countAllowed(burst(workers, 1_000))).toBe(100);
  });

  it('admit only their share where another gateway counts by itself, at least one', async () => {
    const workers = [await new Machine(1).worker(1), await new Machine(1).worker(1)];
    expect(await countAllowed(burst([workers[0]!], 500))).toBe(50);
    expect(await countAllowed(burst([workers[1]!], 500))).toBe(50);
    const { limiter } = await new Machine(7).worker(1);
    expect((await limiter.consume('account:1', { requests: 3, windowSeconds: 60 })).allowed).toBe(true);
    expect((await limiter.consume('account:1', { requests: 3, windowSeconds: 60 })).allowed).toBe(false);
  });

  it('share the seats of parallel requests, and a worker that dies leaves its own', async () => {
    const machine = new Machine();
    const [one, two] = [await machine.worker(1), await machine.worker(2)];
    expect(await one.parallel.enter('account-parallel:1', 2)).toBe(true);
    expect(await two.parallel.enter('account-parallel:1', 2)).toBe(true);
    expect(await one.parallel.enter('account-parallel:1', 2)).toBe(false);
    two.parallel.leave('account-parallel:1');
    expect(await one.parallel.enter('account-parallel:1', 2)).toBe(true);
    expect(await two.parallel.enter('account-parallel:1', 2)).toBe(false);
    machine.desk.forget(1);
    expect(await two.parallel.enter('account-parallel:1', 2)).toBe(true);
    expect(await two.parallel.enter('account-parallel:1', 2)).toBe(true);
    expect(await two.parallel.enter('account-parallel:1', 2)).toBe(false);
  });

  it('refuse after a while where the primary is silent, and no seat stays taken by whoever was refused', async () => {
    const machine = new Machine();
    const { limiter, parallel } = await machine.worker(1);
    machine.isSilent = true;
    const startedAtMs = performance.now();
    const refused = { code: 'system_overloaded' };
    await Promise.all([
      expect(limiter.consume('account:1', LIMIT)).rejects.toMatchObject(refused),
      expect(parallel.enter('account-parallel:1', 1)).rejects.toMatchObject(refused),
    ]);
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    machine.speakAgain();
    await sleep(50);
    expect(await parallel.enter('account-parallel:1', 1)).toBe(true);
    parallel.leave('account-parallel:1');
    expect(await parallel.enter('account-parallel:1', 1)).toBe(true);
  });
});

describe('tokens per window', () => {
  it('refuse while the window is full, count beyond it, and say the true wait', async () => {
    const { limiter } = await new Machine().worker(1);
    const limit = { tokens: 1_000, windowSeconds: 1 };
    expect(await limiter.standing('key-tokens:1', limit)).toMatchObject({ allowed: true, remaining: 1_000 });
    await limiter.count('key-tokens:1', limit, 900);
    expect(await limiter.standing('key-tokens:1', limit)).toMatchObject({ allowed: true, remaining: 100 });
    await limiter.count('key-tokens:1', limit, 900);
    const full = await limiter.standing('key-tokens:1', limit);
    expect(full).toMatchObject({ allowed: false, remaining: 0 });
    await sleep(full.resetMs + 5);
    expect(await limiter.standing('key-tokens:1', limit)).toMatchObject({ allowed: true });
  });
});

if (hasRedis()) testWithRedis();
else describe('machines on one Redis', () => it('need redis-server, which this machine has not', () => undefined));

function testWithRedis(): void {
  describe('machines on one Redis', () => {
    let redis: TestRedis;
    beforeAll(async () => (redis = await startRedis()));
    afterAll(() => redis.kill());

    it('let exactly the limit of a burst through together', async () => {
      const workers = [await new Machine().worker(1, redis), await new Machine().worker(1, redis)];
      expect(await countAllowed(burst(workers, 1_000))).toBe(100);
      for (const { stop } of workers) stop();
    });

    it('give back on their own machine what Redis refused there', async () => {
      const [one, two] = [await new Machine().worker(1, redis), await new Machine().worker(1, redis)];
      const limit = { requests: 2, windowSeconds: 1 };
      await one.limiter.consume('account:2', limit);
      await one.limiter.consume('account:2', limit);
      for (let index = 0; index < 5; index += 1)
        expect((await two.limiter.consume('account:2', limit)).allowed).toBe(false);
      await sleep(1_010);
      expect((await two.limiter.consume('account:2', limit)).allowed).toBe(true);
      for (const { stop } of [one, two]) stop();
    });

    it.each(['killed', 'paused'])(
      'never let more than the limit through on a machine whose Redis is %s mid-burst',
      async (how) => {
        const machine = new Machine();
        const workers = [await machine.worker(1, redis, 50), await machine.worker(2, redis, 50)];
        const key = `account:${how}` as never;
        const asked = burst(workers, 60, key);
        await Promise.all(asked.slice(0, 20));
        if (how === 'killed') await redis.kill();
        else redis.pause();
        for (let wave = 0; wave < 10; wave += 1) {
          asked.push(...burst(workers, 94, key));
          await sleep(15);
        }
        expect(await countAllowed(asked)).toBe(100);
        if (how === 'killed') await redis.start();
        else redis.resume();
        while (!workers.every(({ link }) => link?.isUp)) await sleep(20);
        expect(await countAllowed(burst(workers, 50, key))).toBe(0);
        for (const { stop } of workers) stop();
      },
    );

    it('count what runs over both, and by their share while Redis is away', async () => {
      const [one, two] = [await new Machine(1).worker(1, redis, 1_000), await new Machine(1).worker(1, redis, 1_000)];
      const enter = ({ parallel }: typeof one) => parallel.enter('key-parallel:1', 4);
      expect(await Promise.all([enter(one), enter(one), enter(one), enter(two)])).toEqual(Array(4).fill(true));
      expect(await enter(two)).toBe(false);
      one.parallel.leave('key-parallel:1');
      await sleep(50);
      expect(await enter(two)).toBe(true);
      redis.pause();
      expect(await enter(one)).toBe(false);
      two.parallel.leave('key-parallel:1');
      expect(await enter(two)).toBe(true);
      expect(await enter(two)).toBe(false);
      redis.resume();
      for (const { stop } of [one, two]) stop();
    });
  });
}
