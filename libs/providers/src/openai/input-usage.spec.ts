import { type InputUsageWire, readInputUsage } from './input-usage.js';

describe('usage of answers that write nothing', () => {
  it.each<[string, InputUsageWire, number]>([
    ['OpenAI and vLLM', { usage: { prompt_tokens: 8, total_tokens: 8 } }, 8],
    ['Jina and Voyage', { usage: { total_tokens: 9 } }, 9],
    ['who counts input', { usage: { input_tokens: 7, total_tokens: 9 } }, 7],
    ['SiliconFlow', { meta: { tokens: { input_tokens: 6 }, billed_units: { input_tokens: 5 } } }, 6],
    ['Cohere, of embeddings', { meta: { billed_units: { input_tokens: 5 } } }, 5],
  ])('is read as %s reports it', (_, wire, tokens) => {
    expect(readInputUsage(wire)).toMatchObject({ isSuspect: false, usage: { inputTokens: tokens, outputTokens: 0 } });
  });

  it('is unknown where nobody says a number', () => {
    for (const wire of [{}, { usage: null }, { usage: { prompt_tokens: null } }, { meta: { billed_units: {} } }])
      expect(readInputUsage(wire)).toBeUndefined();
  });

  it.each([
    [-3, 0],
    [1.5, 2],
    [NaN, 0],
    [1e300, Number.MAX_SAFE_INTEGER],
  ])('is suspect where it says %d', (reported, tokens) => {
    expect(readInputUsage({ usage: { prompt_tokens: reported } })).toMatchObject({
      ...{ isSuspect: true, usage: { inputTokens: tokens } },
    });
  });
});
