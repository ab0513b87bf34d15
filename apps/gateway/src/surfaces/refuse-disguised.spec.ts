import type { JsonObject } from '@tokenbay/providers';
import { refuseDisguised } from './refuse-disguised.js';

describe('a field that is read here under another spelling', () => {
  it.each<[body: JsonObject, param: string]>([
    [{ model: 'cheap', Model: 'dear' }, 'Model'],
    [{ max_tokens: 10, MAX_TOKENS: 16_000 }, 'MAX_TOKENS'],
    [{ N: 5 }, 'N'],
    [{ Service_tier: 'priority' }, 'Service_tier'],
    [{ '\u017Ftore': true }, '\u017Ftore'],
    [{ ' model': 'dear' }, ' model'],
    [{ CachedContent: 'cachedContents/1' }, 'CachedContent'],
    [{ tools: [{ type: 'function' }, { type: 'function', Type: 'web_search' }] }, 'tools[1].Type'],
  ])('is refused: %j', (body, param) => {
    expect(() => refuseDisguised(body)).toThrow(
      expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) }),
    );
  });

  it.each<[body: JsonObject]>([
    [{ model: 'm', messages: [], dataSources: [], providerOptions: {}, cachedContent: null, topK: 1 }],
    [{ contents: [], generationConfig: {}, safetySettings: [], tools: [{ googleSearch: {} }, null] }],
    [{ [`${' '.repeat(1_000_000)}model`]: 1 }],
  ])('is no other field: case %#', (body) => {
    expect(() => refuseDisguised(body)).not.toThrow();
  });
});
