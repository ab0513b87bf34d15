import { MICROPOINTS_MAX, parsePoints } from '@tokenbay/protocol';
import fc from 'fast-check';
import { CompiledPrices } from './compiled-prices.js';
import { anyMultiplier, anyPrices, anyUsage, chargeByHand } from './testing/pricing-oracle.js';
import { priceUsage } from './price-usage.js';
import type { Prices } from './prices.js';
import type { UsageQuantities } from './usage-quantities.js';

const price = (usage: UsageQuantities, prices: Prices, multiplier = '1') =>
  priceUsage(usage, new CompiledPrices(prices), multiplier);
const sumOfLines = ({ lines }: ReturnType<typeof price>) =>
  lines.reduce((sum, { points }) => sum + parsePoints(points)!, 0);

describe('the price of a usage', () => {
  it('is quantity times price, in micropoints, for every kind', () => {
    const cases: [Prices, UsageQuantities, number][] = [
      [{ inputPerMillion: '2.5' }, { inputTokens: 1_000 }, 2_500],
      [{ cachedInputPerMillion: '0.5' }, { cachedInputTokens: 10 }, 5],
      [{ cacheWritePerMillion: '3.75' }, { cacheWriteTokens: 4 }, 15],
      [{ cacheWriteLongPerMillion: '6' }, { cacheWriteLongTokens: 4 }, 24],
      [{ outputPerMillion: '10' }, { outputTokens: 7 }, 70],
      [{ audioInputPerMillion: '40' }, { audioInputTokens: 2 }, 80],
      [{ audioOutputPerMillion: '80' }, { audioOutputTokens: 2 }, 160],
      [{ imageInputPerMillion: '5' }, { imageInputTokens: 3 }, 15],
      [{ imageOutputPerMillion: '40' }, { imageOutputTokens: 3 }, 120],
      [{ perRequest: '0.01' }, {}, 10_000],
      [{ perRequest: '0.01' }, { requests: 3 }, 30_000],
      [{ perImage: '0.04' }, { images: 2 }, 80_000],
      [{ perSecond: '0.1' }, { seconds: 1.5 }, 150_000],
      [{ perSecond: '1' }, { seconds: 4.1 + 4.1 }, 8_200_000],
      [{ perMinute: '0.006' }, { seconds: 61 }, 6_100],
      [{ perSecond: '1', perMinute: '1' }, { seconds: 2 }, 2_000_000],
      [{ perMillionCharacters: '15' }, { characters: 100 }, 1_500],
      [{ perToolCall: { web_search: '0.01' } }, { toolCalls: { web_search: 2 } }, 20_000],
    ];
    for (const [prices, usage, micropoints] of cases) {
      const result = price(usage, prices);
      expect(result).toMatchObject({ micropoints, unpricedKinds: [] });
      expect(result.lines).toHaveLength(1);
    }
  });

  it('is rounded up once, at the end', () => {
    const prices = { inputPerMillion: '0.1', outputPerMillion: '0.1', perMillionCharacters: '0.1' };
    expect(price({ inputTokens: 1, outputTokens: 1, characters: 1 }, prices).micropoints).toBe(1);
    expect(price({ inputTokens: 1 }, { inputPerMillion: '0.000000001' }, '0.000001').micropoints).toBe(1);
    expect(price({ inputTokens: 10 }, { inputPerMillion: '0.1' }).micropoints).toBe(1);
    expect(price({ seconds: 0.0001 }, { perMinute: '60' }).micropoints).toBe(1_000);
  });

  it('multiplies by the group and the service tier, both exactly', () => {
    const prices = { inputPerMillion: '1', serviceTiers: { flex: '0.5', priority: '1.7' } };
    expect(price({ inputTokens: 1_000 }, prices, '0.8').micropoints).toBe(800);
    expect(price({ inputTokens: 1_000, serviceTier: 'priority' }, prices, '0.8').micropoints).toBe(1_360);
    expect(price({ inputTokens: 1_000, serviceTier: 'flex' }, prices).lines[0]?.unitPrice).toBe('0.5');
    for (const serviceTier of [null, 'auto', 'default', 'standard'])
      expect(price({ inputTokens: 1_000, serviceTier }, prices)).toMatchObject({
        micropoints: 1_000,
        unpricedKinds: [],
      });
    expect(price({ inputTokens: 1 }, prices, '0')).toMatchObject({ micropoints: 0, unpricedKinds: [] });
  });

  it('takes the highest tier below input, cached input and cache writes together, for the whole request', () => {
    const prices = {
      inputPerMillion: '1',
      cacheWritePerMillion: '1',
      outputPerMillion: '4',
      tiers: [
        { aboveInputTokens: 100, inputPerMillion: '2' },
        { aboveInputTokens: 200, outputPerMillion: '8' },
      ],
    };
    expect(price({ inputTokens: 100, outputTokens: 1 }, prices).micropoints).toBe(104);
    expect(price({ inputTokens: 101, outputTokens: 1 }, prices).micropoints).toBe(206);
    expect(price({ inputTokens: 40, cachedInputTokens: 30, cacheWriteTokens: 31 }, prices).micropoints).toBe(171);
    expect(price({ inputTokens: 201, outputTokens: 1 }, prices).micropoints).toBe(209);
  });

  it('lists what was charged line by line, adding up to the charge to the last micropoint', () => {
    const prices = { inputPerMillion: '0.15', cachedInputPerMillion: '0.075', outputPerMillion: '0.6' };
    const result = price({ inputTokens: 3, cachedInputTokens: 3, outputTokens: 3 }, prices, '1.1');
    expect(result.micropoints).toBe(3);
    expect(result.lines).toEqual([
      { kind: 'inputPerMillion', quantity: 3, unitPrice: '0.15', points: '0.000001' },
      { kind: 'cachedInputPerMillion', quantity: 3, unitPrice: '0.075', points: '0' },
      { kind: 'outputPerMillion', quantity: 3, unitPrice: '0.6', points: '0.000002' },
    ]);
    expect(price({ seconds: 90 }, { perMinute: '0.006' }).lines).toEqual([
      { kind: 'perMinute', quantity: 1.5, unitPrice: '0.006', points: '0.009' },
    ]);
  });

  it('counts reasoning as the output that it is part of', () => {
    expect(price({ outputTokens: 10, reasoningTokens: 8 }, { outputPerMillion: '1' })).toMatchObject({
      micropoints: 10,
      unpricedKinds: [],
    });
  });

  it('equals the sum of fractions rounded up once, for all prices and usages', () => {
    fc.assert(
      fc.property(anyPrices, anyUsage, anyMultiplier, (prices, usage, multiplier) => {
        const result = price(usage, prices, multiplier);
        expect(result.micropoints).toBe(chargeByHand(usage, prices, multiplier));
        expect(sumOfLines(result)).toBe(result.micropoints);
        expect(result.unpricedKinds).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('never falls when something more was consumed within one tier', () => {
    fc.assert(
      fc.property(anyPrices, anyUsage, fc.nat(1_000), (prices, usage, more) => {
        const flat = { ...prices, tiers: [] };
        const larger = { ...usage, outputTokens: usage.outputTokens! + more, inputTokens: usage.inputTokens! + more };
        expect(price(larger, flat).micropoints).toBeGreaterThanOrEqual(price(usage, flat).micropoints);
      }),
      { numRuns: 100 },
    );
  });

  it('stays within what the house can hold', () => {
    const dear = { inputPerMillion: '999999999999.999999999', outputPerMillion: '999999999999.999999999' };
    const result = price({ inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: 1 }, dear, '1000000');
    expect(result.micropoints).toBe(MICROPOINTS_MAX);
    expect(sumOfLines(result)).toBe(MICROPOINTS_MAX);
  });

  it('refuses what is no count', () => {
    for (const inputTokens of [-1, 0.5, NaN, Infinity, 2 ** 53])
      expect(() => price({ inputTokens }, { inputPerMillion: '1' })).toThrow(RangeError);
  });
});

describe('a kind without a price', () => {
  it('is never free: a token costs as much as its nearest neighbour, and is named', () => {
    const prices = { inputPerMillion: '1', outputPerMillion: '4' };
    expect(price({ cacheWriteTokens: 10 }, prices)).toMatchObject({
      micropoints: 10,
      unpricedKinds: ['cacheWritePerMillion'],
    });
    expect(price({ audioOutputTokens: 10 }, prices)).toMatchObject({
      micropoints: 40,
      unpricedKinds: ['audioOutputPerMillion'],
    });
    expect(price({ imageInputTokens: 10 }, { ...prices, audioInputPerMillion: '40' }).micropoints).toBe(10);
    expect(
      price({ imageInputTokens: 10 }, { cachedInputPerMillion: '1', audioInputPerMillion: '40' }).micropoints,
    ).toBe(400);
    expect(price({ outputTokens: 10 }, { inputPerMillion: '3' })).toMatchObject({
      micropoints: 30,
      unpricedKinds: ['outputPerMillion'],
    });
  });

  it('costs the price of input where it is cached input, without a mark', () => {
    expect(price({ cachedInputTokens: 10 }, { inputPerMillion: '2', outputPerMillion: '9' })).toMatchObject({
      micropoints: 20,
      unpricedKinds: [],
    });
  });

  it('is named where nothing can stand in', () => {
    expect(price({ inputTokens: 1, outputTokens: 1 }, {})).toEqual({
      micropoints: 0,
      lines: [],
      unpricedKinds: ['inputPerMillion', 'outputPerMillion'],
    });
    expect(price({ toolCalls: { web_search: 1, toString: 1 } }, { inputPerMillion: '1' }).unpricedKinds).toEqual([
      'perToolCall.web_search',
      'perToolCall.toString',
    ]);
    expect(price({ images: 1 }, { inputPerMillion: '1' }).unpricedKinds).toEqual(['perImage']);
    expect(price({ inputTokens: 1, serviceTier: 'flex' }, { inputPerMillion: '1' })).toMatchObject({
      micropoints: 1,
      unpricedKinds: ['serviceTiers.flex'],
    });
  });

  it('is no fault where the same thing is measured and priced in another way', () => {
    expect(price({ inputTokens: 50, images: 1 }, { perImage: '1' })).toMatchObject({
      micropoints: 1_000_000,
      unpricedKinds: [],
    });
    expect(price({ imageOutputTokens: 50, images: 1 }, { imageOutputPerMillion: '1' }).unpricedKinds).toEqual([]);
  });

  it('is free where its price is zero', () => {
    expect(price({ inputTokens: 5 }, { inputPerMillion: '0' })).toMatchObject({ micropoints: 0, unpricedKinds: [] });
  });
});
