import { CompiledPrices } from '@tokenbay/models';
import fc from 'fast-check';
import { billCalls, lowerPools, sellPools, type ToolPool } from './tool-pool.js';

const prices = new CompiledPrices({ perToolCall: { search: '0.01', fetch: '0' } });
const search = { name: 'search', countedAs: 'web_search' };
const fetch = { name: 'fetch', countedAs: 'web_fetch' };
const sell = (...pools: ToolPool[]) => sellPools(pools, prices);

describe('the limit of calls that is sold', () => {
  it("is the client's, eight where calls cost points, and none where they are free", () => {
    const limits = sell(
      { tools: [search], soldBy: 'calls', callsMax: 20 },
      { tools: [search], soldBy: 'calls' },
      { tools: [fetch, search], soldBy: 'calls' },
      { tools: [fetch], soldBy: 'calls' },
      { tools: [search], soldBy: 'request' },
    ).map(({ callsMax }) => callsMax);
    expect(limits).toEqual([20, 8, 8, Infinity, 1]);
  });

  it('counts a tool as dear that costs points in any tier', () => {
    const tiers = [{ aboveInputTokens: 10, perToolCall: { fetch: '1' } }];
    const tiered = new CompiledPrices({ inputPerMillion: '1', perToolCall: { fetch: '0' }, tiers });
    expect(sellPools([{ tools: [fetch], soldBy: 'calls' }], tiered)[0]?.callsMax).toBe(8);
  });

  it('is lowered where it is more, and nowhere raised', () => {
    const pools = sell(
      { tools: [search], soldBy: 'calls', callsMax: 5 },
      { tools: [search], soldBy: 'calls', callsMax: 1 },
      { tools: [search], soldBy: 'request' },
    );
    expect(lowerPools(pools, 3).map(({ callsMax }) => callsMax)).toEqual([3, 1, 1]);
  });
});

describe('the calls that are charged', () => {
  it('are those that were reported, by the names that have prices', () => {
    const pools = sell({ tools: [search, fetch], soldBy: 'calls' });
    expect(billCalls(pools, { web_search: 3, web_fetch: 2, mcp: 7 })).toEqual({
      ...{ calls: { search: 3, fetch: 2 }, isPossible: true },
    });
    for (const none of [undefined, {}, { web_search: 0 }])
      expect(billCalls(pools, none)).toEqual({ calls: {}, isPossible: true });
  });

  it('are no more than may be made, of all that share a limit together', () => {
    const together = sell({ tools: [search, fetch], soldBy: 'calls', callsMax: 4 });
    expect(billCalls(together, { web_search: 3, web_fetch: 2 })).toEqual({
      ...{ calls: { search: 3, fetch: 1 }, isPossible: false },
    });
    const none = sell({ tools: [search], soldBy: 'calls', callsMax: 0 });
    expect(billCalls(none, { web_search: 1 })).toEqual({ calls: {}, isPossible: false });
  });

  it('are counted once where two tools are reported by one name', () => {
    const older = { name: 'older', countedAs: 'web_search' };
    const apart = sell({ tools: [search], soldBy: 'calls', callsMax: 2 }, { tools: [older], soldBy: 'calls' });
    expect(billCalls(apart, { web_search: 3 })).toEqual({ calls: { search: 2, older: 1 }, isPossible: true });
  });

  it('are one where a tool is sold by the request and was used, or nothing is told of it', () => {
    const used = sell({ tools: [search], soldBy: 'request' });
    expect(billCalls(used, { web_search: 5 })).toEqual({ calls: { search: 1 }, isPossible: true });
    expect(billCalls(used, {})).toEqual({ calls: {}, isPossible: true });
    expect(billCalls(sell({ tools: [{ name: 'search' }], soldBy: 'request' }))).toEqual({
      ...{ calls: { search: 1 }, isPossible: true },
    });
  });

  it('are a count within the limit whatever is reported, and suspect where that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer()), fc.integer({ min: 0, max: 10 }), (count, callsMax) => {
        const { calls, isPossible } = billCalls(sell({ tools: [search], soldBy: 'calls', callsMax }), {
          web_search: count,
        });
        const charged = calls['search'] ?? 0;
        expect(Number.isSafeInteger(charged) && charged >= 0 && charged <= callsMax).toBe(true);
        expect(isPossible).toBe(Number.isInteger(count) && count >= 0 && count <= callsMax);
      }),
    );
    const { calls } = billCalls(sell({ tools: [fetch], soldBy: 'calls' }), { web_fetch: 1e300 });
    expect(calls).toEqual({ fetch: Number.MAX_SAFE_INTEGER });
  });
});
