import { FixedClock } from '@tokenbay/platform/testing';
import { MemoryRateStorage, type MemoryBounds } from './memory-rate-storage.js';
import { RateLimiter, type RateKey } from './rate-limiter.js';

const START = '2026-11-22T12:00:00Z';

function setUp(bounds?: MemoryBounds) {
  const clock = new FixedClock(START);
  const storage = new MemoryRateStorage(clock, bounds);
  const limiter = new RateLimiter(storage);
  const burst = async (key: RateKey, count: number, limit: { requests: number; windowSeconds: number }) => {
    const asked = Array.from({ length: count }, () => Promise.resolve(limiter.consume(key, limit)));
    const decisions = await Promise.all(asked);
    return decisions.filter(({ allowed }) => allowed).length;
  };
  return { clock, storage, limiter, burst };
}

describe('RateLimiter', () => {
  it('lets exactly ten of fifty simultaneous requests through', async () => {
    const { burst } = setUp();
    expect(await burst('account:1', 50, { requests: 10, windowSeconds: 60 })).toBe(10);
  });

  it('says what is left, and after a refusal the true wait', async () => {
    const { clock, limiter } = setUp();
    const limit = { requests: 2, windowSeconds: 10 };
    expect(await limiter.consume('account:1', limit)).toEqual({
      allowed: true,
      limit: 2,
      remaining: 1,
      resetMs: 10_000,
    });
    clock.advance(4_000);
    expect(await limiter.consume('account:1', limit)).toEqual({
      allowed: true,
      limit: 2,
      remaining: 0,
      resetMs: 6_000,
    });
    clock.advance(1_500);
    expect(await limiter.consume('account:1', limit)).toEqual({
      allowed: false,
      limit: 2,
      remaining: 0,
      resetMs: 4_500,
    });
    clock.advance(4_499);
    expect(await limiter.consume('account:1', limit)).toMatchObject({ allowed: false, resetMs: 1 });
    clock.advance(1);
    expect(await limiter.consume('account:1', limit)).toEqual({
      allowed: true,
      limit: 2,
      remaining: 0,
      resetMs: 4_000,
    });
  });

  it('slides: a full window is not open again when the minute turns', async () => {
    const { clock, burst } = setUp();
    const limit = { requests: 5, windowSeconds: 60 };
    clock.advance(59_000);
    expect(await burst('account:1', 9, limit)).toBe(5);
    clock.advance(2_000);
    expect(await burst('account:1', 9, limit)).toBe(0);
    clock.advance(58_000);
    expect(await burst('account:1', 9, limit)).toBe(5);
  });

  it('charges nothing for a refusal', async () => {
    const { clock, burst } = setUp();
    const limit = { requests: 3, windowSeconds: 10 };
    expect(await burst('account:1', 3, limit)).toBe(3);
    for (let second = 0; second < 9; second += 1) {
      clock.advance(1_000);
      expect(await burst('account:1', 5, limit)).toBe(0);
    }
    clock.advance(1_000);
    expect(await burst('account:1', 5, limit)).toBe(3);
  });

  it('keeps keys apart', async () => {
    const { burst } = setUp();
    const limit = { requests: 1, windowSeconds: 10 };
    expect(await burst('account:1', 2, limit)).toBe(1);
    expect(await burst('account:2', 2, limit)).toBe(1);
    expect(await burst('model:1:a', 2, limit)).toBe(1);
  });

  it('applies a lowered limit at once, over what was admitted before', async () => {
    const { clock, limiter, burst } = setUp();
    expect(await burst('account:1', 10, { requests: 10, windowSeconds: 10 })).toBe(10);
    clock.advance(1_000);
    const lowered = { requests: 4, windowSeconds: 10 };
    expect(await limiter.consume('account:1', lowered)).toEqual({
      allowed: false,
      limit: 4,
      remaining: 0,
      resetMs: 9_000,
    });
    clock.advance(9_000);
    expect(await burst('account:1', 10, lowered)).toBe(4);
  });

  it('applies a raised limit and a changed window at once', async () => {
    const { clock, burst } = setUp();
    expect(await burst('account:1', 5, { requests: 2, windowSeconds: 60 })).toBe(2);
    expect(await burst('account:1', 5, { requests: 3, windowSeconds: 60 })).toBe(1);
    clock.advance(5_000);
    expect(await burst('account:1', 5, { requests: 3, windowSeconds: 10 })).toBe(0);
    clock.advance(5_000);
    expect(await burst('account:1', 5, { requests: 3, windowSeconds: 10 })).toBe(3);
  });
});

describe('MemoryRateStorage', () => {
  it("keeps @nestjs/throttler's contract", async () => {
    const { storage, clock } = setUp();
    expect(await storage.increment('1', 1_500, 1, 0, 'account')).toMatchObject({
      totalHits: 1,
      timeToExpire: 2,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    expect(await storage.increment('1', 1_500, 1, 0, 'account')).toMatchObject({
      totalHits: 2,
      timeToExpire: 2,
      isBlocked: true,
      timeToBlockExpire: 2,
    });
    clock.advance(1_500);
    expect(await storage.increment('1', 1_500, 1, 0, 'account')).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('blocks for longer than the window where it is told to', async () => {
    const { storage, clock } = setUp();
    await storage.increment('1', 1_000, 1, 5_000, 'account');
    expect(await storage.increment('1', 1_000, 1, 5_000, 'account')).toMatchObject({
      isBlocked: true,
      timeToBlockExpire: 5,
    });
    clock.advance(4_999);
    expect(await storage.increment('1', 1_000, 1, 5_000, 'account')).toMatchObject({ isBlocked: true, resetMs: 1 });
    clock.advance(1);
    expect(await storage.increment('1', 1_000, 1, 5_000, 'account')).toMatchObject({ isBlocked: false });
  });

  it('stays within its bounds when addresses flood it, without touching accounts', async () => {
    const { storage, burst } = setUp({ keysMax: 1_000, slotsMax: 2_000 });
    const limit = { requests: 5, windowSeconds: 60 };
    expect(await burst('account:1', 5, limit)).toBe(5);
    for (let index = 0; index < 5_000; index += 1) await burst(`address:${index}`, 3, limit);
    for (let index = 0; index < 10; index += 1)
      await burst(`address:${index}`, 200, { requests: 200, windowSeconds: 60 });
    expect(storage.size.keys).toBeLessThanOrEqual(1_001);
    expect(storage.size.slots).toBeLessThanOrEqual(2_004);
    expect(await burst('account:1', 1, limit)).toBe(0);
  });

  it('lets go of keys whose window is over as new ones come', async () => {
    const { storage, clock, burst } = setUp();
    const limit = { requests: 5, windowSeconds: 60 };
    for (let index = 0; index < 1_000; index += 1) await burst(`address:${index}`, 1, limit);
    clock.advance(60_000);
    for (let index = 0; index < 500; index += 1) await burst(`address:new-${index}`, 1, limit);
    expect(storage.size).toEqual({ keys: 500, slots: 2_000 });
  });
});
