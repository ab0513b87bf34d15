import { readUsage } from './usage.js';

describe('usage as OpenAI reports it', () => {
  it('becomes disjoint kinds whose sum is what was reported', () => {
    const reading = readUsage({
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 60, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 5 },
    });
    expect(reading).toEqual({
      isSuspect: false,
      usage: {
        inputTokens: 30,
        cachedInputTokens: 60,
        audioInputTokens: 10,
        cacheWriteTokens: 0,
        cacheWriteLongTokens: 0,
        outputTokens: 45,
        reasoningTokens: 20,
        audioOutputTokens: 5,
      },
    });
  });

  it('takes cache hits where DeepSeek reports them', () => {
    expect(readUsage({ prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 64 })?.usage).toMatchObject({
      inputTokens: 36,
      cachedInputTokens: 64,
    });
  });

  it('is absent where there is none, or where its numbers are not numbers', () => {
    for (const wire of [null, undefined, {}, { prompt_tokens: '5', completion_tokens: 1 }, { prompt_tokens: 5 }]) {
      expect(readUsage(wire)).toBeUndefined();
    }
  });

  it.each([
    ['a negative count', { prompt_tokens: -5, completion_tokens: 10 }, { inputTokens: 0, outputTokens: 10 }],
    ['a fraction', { prompt_tokens: 5, completion_tokens: 1.5 }, { inputTokens: 5, outputTokens: 2 }],
    [
      'a part larger than its whole',
      { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } },
      { inputTokens: 5, cachedInputTokens: 0 },
    ],
    [
      'a count beyond exact numbers',
      { prompt_tokens: 1e300, completion_tokens: 1 },
      { inputTokens: Number.MAX_SAFE_INTEGER },
    ],
  ])('is suspect with %s, and believed as far as its wholes go', (_, wire, expected) => {
    const reading = readUsage(wire);
    expect(reading?.isSuspect).toBe(true);
    expect(reading?.usage).toMatchObject(expected);
  });
});
