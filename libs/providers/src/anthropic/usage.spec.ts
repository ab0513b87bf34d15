import { NO_USAGE } from '@tokenbay/protocol';
import { mergeUsage, readUsage } from './usage.js';

describe('usage as Anthropic reports it', () => {
  it('is disjoint, with writes that are kept for an hour apart', () => {
    const wire = {
      ...{ input_tokens: 10, output_tokens: 7, cache_read_input_tokens: 100, cache_creation_input_tokens: 50 },
      cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 20 },
      output_tokens_details: { thinking_tokens: 5 },
    };
    expect(readUsage(wire)).toEqual({
      isSuspect: false,
      usage: {
        ...NO_USAGE,
        ...{ inputTokens: 10, cachedInputTokens: 100, cacheWriteTokens: 30, cacheWriteLongTokens: 20 },
        ...{ outputTokens: 7, reasoningTokens: 5 },
      },
    });
  });

  it.each([
    { input_tokens: -1, output_tokens: 1 },
    { input_tokens: 1.5, output_tokens: 1 },
    { input_tokens: 1, output_tokens: 1, output_tokens_details: { thinking_tokens: 2 } },
    {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 1,
      cache_creation: { ephemeral_1h_input_tokens: 2 },
    },
  ])('is suspect, and never negative, where it contradicts itself: %j', (wire) => {
    const reading = readUsage(wire);
    expect(reading?.isSuspect).toBe(true);
    expect(Object.values(reading?.usage ?? {}).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
  });

  it('is cumulative in a stream: what a later event leaves out or nulls stays', () => {
    const first = mergeUsage(undefined, { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 4 });
    const last = mergeUsage(first, { output_tokens: 9, input_tokens: null });
    expect(readUsage(last)?.usage).toMatchObject({ inputTokens: 10, outputTokens: 9, cachedInputTokens: 4 });
  });

  it('is none where nothing was reported', () => {
    for (const wire of [undefined, null, {}, { output_tokens: 1 }]) expect(readUsage(wire)).toBeUndefined();
  });
});
