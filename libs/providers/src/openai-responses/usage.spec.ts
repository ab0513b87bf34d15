import { NO_USAGE } from '@tokenbay/protocol';
import { readUsage } from './usage.js';

describe('the usage of a response', () => {
  it('is split into disjoint kinds', () => {
    const wire = {
      ...{ input_tokens: 120, input_tokens_details: { cached_tokens: 100, cache_write_tokens: 15 } },
      ...{ output_tokens: 30, output_tokens_details: { reasoning_tokens: 20 } },
    };
    expect(readUsage(wire)).toEqual({
      isSuspect: false,
      usage: {
        ...NO_USAGE,
        ...{ inputTokens: 5, cachedInputTokens: 100, cacheWriteTokens: 15, outputTokens: 30, reasoningTokens: 20 },
      },
    });
  });

  it('may lack its details', () => {
    const wire = { input_tokens: 12, output_tokens: 3, input_tokens_details: null };
    expect(readUsage(wire)?.usage).toEqual({ ...NO_USAGE, inputTokens: 12, outputTokens: 3 });
  });

  it.each([
    ['more from the cache than there is', { input_tokens: 10, input_tokens_details: { cached_tokens: 11 } }, 10, 5],
    ['more reasoning than output', { output_tokens_details: { reasoning_tokens: 9 } }, 10, 5],
    ['less than nothing', { output_tokens: -3 }, 10, 0],
    ['parts of tokens', { input_tokens: 1.5 }, 2, 5],
  ])('is suspect where it reports %s, and its wholes are believed', (_, fields, inputTokens, outputTokens) => {
    expect(readUsage({ input_tokens: 10, output_tokens: 5, ...fields })).toEqual({
      isSuspect: true,
      usage: { ...NO_USAGE, inputTokens, outputTokens },
    });
  });

  it.each([[null], [undefined], [{}], [{ input_tokens: 'many', output_tokens: 3 }]])('is unknown in %j', (wire) => {
    expect(readUsage(wire)).toBeUndefined();
  });
});
