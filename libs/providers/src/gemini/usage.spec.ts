import { NO_USAGE } from '@tokenbay/protocol';
import { readUsage } from './usage.js';

describe('usage as Gemini reports it', () => {
  it('is disjoint: no cached token twice, thoughts as output, what tools gave back as input, sound apart', () => {
    const wire = {
      ...{ promptTokenCount: 1_000, cachedContentTokenCount: 400, toolUsePromptTokenCount: 50 },
      ...{ candidatesTokenCount: 70, thoughtsTokenCount: 30, totalTokenCount: 1_150 },
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 700 },
        { modality: 'AUDIO', tokenCount: 300 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 100 }],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
    };
    expect(readUsage(wire)).toEqual({
      isSuspect: false,
      usage: {
        ...NO_USAGE,
        ...{ inputTokens: 450, cachedInputTokens: 400, audioInputTokens: 200 },
        ...{ outputTokens: 80, reasoningTokens: 30, audioOutputTokens: 20 },
      },
    });
  });

  it('takes pictures that were drawn apart from text, which costs less', () => {
    const candidatesTokensDetails = [{ modality: 'IMAGE', tokenCount: 1_290 }];
    const wire = { promptTokenCount: 10, candidatesTokenCount: 1_302, candidatesTokensDetails };
    const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 12, imageOutputTokens: 1_290 };
    expect(readUsage(wire)).toEqual({ isSuspect: false, usage });
    expect(readUsage({ ...wire, candidatesTokenCount: 1_289 })).toMatchObject({ isSuspect: true });
  });

  it('leaves zeros out', () => {
    expect(readUsage({ promptTokenCount: 9 })).toEqual({ isSuspect: false, usage: { ...NO_USAGE, inputTokens: 9 } });
  });

  it.each([
    { promptTokenCount: -1 },
    { promptTokenCount: 1.5, candidatesTokenCount: 1 },
    { promptTokenCount: 5, cachedContentTokenCount: 6 },
    { promptTokenCount: 5, candidatesTokenCount: 'many' },
    { promptTokenCount: 5, promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 9 }] },
  ])('is suspect, and never negative, where it contradicts itself: %j', (wire) => {
    const reading = readUsage(wire);
    expect(reading?.isSuspect).toBe(true);
    expect(Object.values(reading?.usage ?? {}).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
  });

  it('is none where nothing was reported', () => {
    for (const wire of [undefined, null, {}, { candidatesTokenCount: 1 }]) expect(readUsage(wire)).toBeUndefined();
  });
});
