import { MICROPOINTS_MAX } from '@tokenbay/protocol';
import fc from 'fast-check';
import { CompiledPrices } from './compiled-prices.js';
import { priceUsage } from './price-usage.js';
import { anyMultiplier, anyPrices, anyUsage, inputOf } from './testing/pricing-oracle.js';
import type { Prices } from './prices.js';
import { WorstCase, type WorstCaseRequest } from './worst-case.js';

const worstCase = (request: WorstCaseRequest) => new WorstCase(request).micropoints();
const outputTokensAffordable = (micropoints: number, request: WorstCaseRequest) =>
  new WorstCase(request).outputTokensAffordable(micropoints);
const bound = (prices: Prices, request: Partial<WorstCaseRequest>) => ({
  ...{ prices: new CompiledPrices(prices), multiplier: '1', inputTokensMax: 0, outputTokensMax: 0 },
  ...request,
});
const worst = (prices: Prices, request: Partial<WorstCaseRequest>) => worstCase(bound(prices, request));

describe('the worst case of a request', () => {
  const chat = { inputPerMillion: '2', cachedInputPerMillion: '1', outputPerMillion: '8' };

  it('is all input and all output at their prices, output once for each choice', () => {
    expect(worst(chat, { inputTokensMax: 100, outputTokensMax: 10 })).toBe(280);
    expect(worst(chat, { inputTokensMax: 100, outputTokensMax: 10, n: 3 })).toBe(440);
    expect(worst({ ...chat, perRequest: '0.001' }, { inputTokensMax: 1 })).toBe(1_002);
  });

  it('counts input at the dearest price it may have, unless the request cannot have that kind', () => {
    const prices = { ...chat, cacheWritePerMillion: '2.5', audioInputPerMillion: '40', audioOutputPerMillion: '80' };
    expect(worst(prices, { inputTokensMax: 100, outputTokensMax: 10 })).toBe(4_800);
    expect(
      worst(prices, {
        inputTokensMax: 100,
        outputTokensMax: 10,
        excludedKinds: ['audioInputPerMillion', 'audioOutputPerMillion'],
      }),
    ).toBe(330);
  });

  it('takes the dearest tier that the input can reach, and none that it cannot', () => {
    const prices = { ...chat, tiers: [{ aboveInputTokens: 100, inputPerMillion: '3' }] };
    expect(worst(prices, { inputTokensMax: 100 })).toBe(200);
    expect(worst(prices, { inputTokensMax: 101 })).toBe(303);
    expect(worst({ ...chat, tiers: [{ aboveInputTokens: 10, inputPerMillion: '1' }] }, { inputTokensMax: 20 })).toBe(
      40,
    );
  });

  it('counts every call that tools may have together at the price of the dearest of them, tier by tier', () => {
    const perToolCall = { web_search: '0.01', code_interpreter: '0.03', mcp: '0' };
    const pools = (callsMax: number, ...tools: string[]) => ({ toolPools: [{ tools, callsMax }] });
    expect(worst({ perToolCall }, pools(8, 'web_search'))).toBe(80_000);
    expect(worst({ perToolCall }, pools(8, 'web_search', 'code_interpreter', 'mcp'))).toBe(240_000);
    expect(worst({ perToolCall }, pools(8, 'mcp', 'unknown'))).toBe(0);
    const apart = [...pools(2, 'web_search').toolPools, ...pools(1, 'code_interpreter').toolPools];
    expect(worst({ perToolCall }, { toolPools: apart })).toBe(50_000);
    const tiers = [{ aboveInputTokens: 100, perToolCall: { web_search: '0.05' } }];
    expect(worst({ perToolCall, tiers }, { inputTokensMax: 200, ...pools(1, 'web_search', 'code_interpreter') })).toBe(
      50_000,
    );
    const long = { perToolCall: { web_search: '0.000000001', other: '999999999999' } };
    expect(worst(long, pools(3, 'web_search'))).toBe(1);
  });

  it('expects the ordinary service tier as well as the one that was asked for, and any where the upstream chooses', () => {
    const prices = { ...chat, serviceTiers: { flex: '0.5', priority: '2' } };
    const request = { inputTokensMax: 100 };
    expect(worst(prices, request)).toBe(200);
    expect(worst(prices, { ...request, serviceTier: 'flex' })).toBe(200);
    expect(worst(prices, { ...request, serviceTier: 'priority' })).toBe(400);
    expect(worst(prices, { ...request, serviceTier: 'auto' })).toBe(400);
  });

  it('is that of the dearest of the service tiers that the bill may take, where they are known, and of no other', () => {
    const prices = { perImage: '1', serviceTiers: { low: '0.25', hd: '2' } };
    const held = (...possibleTiers: (string | null)[]) =>
      worst(prices, { possibleTiers, serviceTier: 'auto', pieces: { images: 2 } });
    expect([held('low'), held(null, 'low'), held('hd'), held('low', null, 'hd')]).toEqual([
      ...[500_000, 2_000_000, 4_000_000, 4_000_000],
    ]);
  });

  it('is never below what any usage within its bounds costs, in any service tier that it may take', () => {
    const anyTiers = fc.subarray([null, 'default', 'flex', 'priority'], { minLength: 1 });
    fc.assert(
      fc.property(anyPrices, anyUsage, anyMultiplier, anyTiers, (prices, usage, multiplier, possibleTiers) => {
        const { images = 0, seconds = 0, characters = 0, toolCalls = {} } = usage;
        const request = bound(prices, {
          ...{ multiplier, possibleTiers, inputTokensMax: inputOf(usage), pieces: { images, seconds, characters } },
          outputTokensMax: usage.outputTokens! + (usage.audioOutputTokens ?? 0) + (usage.imageOutputTokens ?? 0),
          toolPools: Object.entries(toolCalls).map(([tool, callsMax]) => ({ tools: [tool], callsMax })),
        });
        for (const serviceTier of possibleTiers) {
          const bill = priceUsage({ ...usage, serviceTier }, request.prices, multiplier).micropoints;
          expect(worstCase(request)).toBeGreaterThanOrEqual(bill);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is never below what any usage within its bounds costs, whatever the prices', () => {
    fc.assert(
      fc.property(anyPrices, anyUsage, anyMultiplier, (prices, usage, multiplier) => {
        const { images = 0, seconds = 0, characters = 0, toolCalls = {}, serviceTier } = usage;
        const request = bound(prices, {
          ...{ multiplier, serviceTier, n: 1, inputTokensMax: inputOf(usage) },
          outputTokensMax: usage.outputTokens! + (usage.audioOutputTokens ?? 0) + (usage.imageOutputTokens ?? 0),
          pieces: { images, seconds, characters },
          toolPools: Object.entries(toolCalls).map(([tool, callsMax]) => ({ tools: [tool], callsMax })),
        });
        expect(worstCase(request)).toBeGreaterThanOrEqual(priceUsage(usage, request.prices, multiplier).micropoints);
      }),
      { numRuns: 300 },
    );
  });

  it('covers tokens of kinds without a price too', () => {
    const kinds = fc.subarray([
      'inputPerMillion',
      'cachedInputPerMillion',
      'cacheWritePerMillion',
      'outputPerMillion',
      'audioOutputPerMillion',
    ] as const);
    fc.assert(
      fc.property(kinds, anyUsage, (priced, usage) => {
        const prices = new CompiledPrices(Object.fromEntries(priced.map((kind, index) => [kind, String(index + 1)])));
        const outputTokensMax = usage.outputTokens! + (usage.audioOutputTokens ?? 0) + (usage.imageOutputTokens ?? 0);
        const request = { prices, multiplier: '1', inputTokensMax: inputOf(usage), outputTokensMax };
        expect(worstCase(request)).toBeGreaterThanOrEqual(priceUsage(usage, prices, '1').micropoints);
      }),
      { numRuns: 100 },
    );
  });

  it('stays within what the house can hold', () => {
    const request = { inputTokensMax: Number.MAX_SAFE_INTEGER, outputTokensMax: Number.MAX_SAFE_INTEGER, n: 128 };
    expect(worst({ inputPerMillion: '999999999999', outputPerMillion: '999999999999' }, request)).toBe(MICROPOINTS_MAX);
  });
});

describe('the output that points can pay for', () => {
  it('is the largest limit whose worst case they cover, never more than was asked for', () => {
    const request = bound(
      { inputPerMillion: '2', outputPerMillion: '8' },
      { inputTokensMax: 100, outputTokensMax: 50 },
    );
    expect(outputTokensAffordable(1_000, request)).toBe(50);
    expect(outputTokensAffordable(600, request)).toBe(50);
    expect(outputTokensAffordable(599, request)).toBe(49);
    expect(outputTokensAffordable(200, request)).toBe(0);
    expect(outputTokensAffordable(199, request)).toBeUndefined();
    expect(outputTokensAffordable(599, { ...request, n: 2 })).toBe(24);
  });

  it('is the whole limit where output is free', () => {
    const request = bound({ inputPerMillion: '1', outputPerMillion: '0' }, { inputTokensMax: 1, outputTokensMax: 50 });
    expect(outputTokensAffordable(1, request)).toBe(50);
  });

  it('fits the points exactly: one token more would not be covered, whatever the prices', () => {
    const inputs = fc.record({
      inputTokensMax: fc.nat(70_000),
      outputTokensMax: fc.nat(5_000),
      n: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        anyPrices,
        anyMultiplier,
        inputs,
        fc.nat(1_000_000_000),
        (prices, multiplier, limits, micropoints) => {
          const request = bound(prices, { multiplier, ...limits });
          const tokens = outputTokensAffordable(micropoints, request);
          if (tokens === undefined) {
            expect(worstCase({ ...request, outputTokensMax: 0 })).toBeGreaterThan(micropoints);
            return;
          }
          expect(worstCase({ ...request, outputTokensMax: tokens })).toBeLessThanOrEqual(micropoints);
          if (tokens < request.outputTokensMax)
            expect(worstCase({ ...request, outputTokensMax: tokens + 1 })).toBeGreaterThan(micropoints);
        },
      ),
      { numRuns: 300 },
    );
  });
});
