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

  it.each([
    ['DeepSeek', { prompt_cache_hit_tokens: 64 }],
    ['Moonshot and Together', { cached_tokens: 64 }],
    ['Mistral', { num_cached_tokens: 64 }],
    ['who repeats them', { cached_tokens: 64, prompt_tokens_details: { cached_tokens: 64 } }],
  ])('takes cache hits once, where %s reports them', (_, more) => {
    expect(readUsage({ prompt_tokens: 100, completion_tokens: 1, ...more })?.usage).toMatchObject({
      inputTokens: 36,
      cachedInputTokens: 64,
    });
  });

  it.each([
    ['OpenAI and OpenRouter', { cached_tokens: 40, cache_write_tokens: 50 }],
    ['Qwen', { cached_tokens: 40, cache_creation_input_tokens: 50 }],
  ])('takes what was written to the cache apart, where %s reports it', (_, prompt_tokens_details) => {
    const reading = readUsage({ prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details });
    expect(reading).toMatchObject({
      usage: { inputTokens: 10, cachedInputTokens: 40, cacheWriteTokens: 50 },
      isSuspect: false,
    });
  });

  it('takes pictures that were drawn apart from text, which costs less', () => {
    const report = (completion_tokens: number) =>
      readUsage({ prompt_tokens: 10, completion_tokens, completion_tokens_details: { image_tokens: 1_290 } });
    expect(report(1_302)).toMatchObject({ isSuspect: false, usage: { outputTokens: 12, imageOutputTokens: 1_290 } });
    expect(report(1_289)).toMatchObject({ isSuspect: true, usage: { outputTokens: 1_289, imageOutputTokens: 0 } });
  });

  it('counts reasoning as output where the total shows that it stands beside it, as xAI reports it', () => {
    const details = { completion_tokens_details: { reasoning_tokens: 94 } };
    const beside = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, ...details };
    expect(readUsage(beside)).toMatchObject({ usage: { outputTokens: 103, reasoningTokens: 94 }, isSuspect: false });
    const inside = { prompt_tokens: 32, completion_tokens: 103, total_tokens: 135, ...details };
    expect(readUsage(inside)).toMatchObject({ usage: { outputTokens: 103, reasoningTokens: 94 }, isSuspect: false });
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
