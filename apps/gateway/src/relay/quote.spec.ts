import { CompiledPrices, type Model } from '@tokenbay/models';
import fc from 'fast-check';
import { readMessagesCall } from '../surfaces/anthropic-messages/request.js';
import { readGenerateCall } from '../surfaces/gemini-generate/request.js';
import { readChatCall } from '../surfaces/openai-chat/request.js';
import { readResponsesCall } from '../surfaces/openai-responses/request.js';
import type { Call } from './call.js';
import { quote } from './quote.js';
import type { ToolPool } from './tool-pool.js';

const byRequest = (name: string): ToolPool => ({ tools: [{ name }], soldBy: 'request' });
const GENERATE = { bodyBytes: 100, headers: {}, query: {} };

const aModel = (overrides: Partial<Model> = {}): Model => ({
  name: 'm',
  displayName: 'm',
  enabled: true,
  capabilities: new Set(['text']),
  contextTokensMax: 10_000,
  outputTokensMax: 1_000,
  prices: new CompiledPrices({ inputPerMillion: '1', outputPerMillion: '10' }),
  priceVersion: 1,
  rateLimit: null,
  createdAtMs: 0,
  ...overrides,
});
const aCall = (overrides: Partial<Call> = {}): Call =>
  ({
    model: 'm',
    body: {},
    choices: 1,
    inputTokensMax: 100,
    outputTokensMax: undefined,
    outputTokensFloor: 256,
    priceKinds: ['inputPerMillion', 'outputPerMillion'],
    excludedKinds: [],
    hostedTools: [],
    serviceTier: null,
    ...overrides,
  }) as Call;

describe('the quote of a request', () => {
  it('is its worst case: input bound and output limit at their prices', () => {
    expect(quote(aCall(), aModel(), '1').need).toBe(100 + 1_000 * 10);
    expect(quote(aCall({ outputTokensMax: 50, choices: 3 }), aModel(), '1').need).toBe(100 + 50 * 3 * 10);
    expect(quote(aCall(), aModel(), '2').need).toBe(2 * (100 + 1_000 * 10));
    expect(quote(aCall(), aModel(), '2')).toMatchObject({ extra: 2 * 256, extraMost: 2 * 9_900 });
  });

  it("takes the model's context where bytes are no bound, and no more output than the model gives", () => {
    expect(quote(aCall({ inputTokensMax: null, outputTokensMax: 1 }), aModel(), '1').need).toBe(10_000 + 10);
    expect(quote(aCall({ outputTokensMax: 99_999 }), aModel(), '1').outputTokensMax).toBe(1_000);
  });

  it('holds what was predicted beside the output limit of each choice, and lowers only that limit', () => {
    const call = aCall({ predictedTokensMax: 400, outputTokensMax: 500, choices: 2 });
    const quoted = quote(call, aModel(), '1');
    expect(quoted).toMatchObject({
      ...{ need: 100 + 2 * 900 * 10, least: 100 + 2 * 656 * 10, outputTokensMax: 500, extra: 256 },
    });
    expect([quoted.need, quoted.need - 1, quoted.least].map(quoted.outputTokensFor)).toEqual([500, 499, 256]);
    expect(quote(aCall({ predictedTokensMax: 400 }), aModel(), '1').need).toBe(100 + 1_400 * 10);
  });

  it('is still bounded for a model without limits', () => {
    const { need } = quote(
      aCall({ inputTokensMax: null }),
      aModel({ contextTokensMax: null, outputTokensMax: null }),
      '1',
    );
    expect(need).toBe(1_048_576 + 131_072 * 10);
  });

  it('may be cut down to 256 tokens of output, or the thinking budget and 256, or what the client asked for', () => {
    expect(quote(aCall(), aModel(), '1').least).toBe(100 + 256 * 10);
    expect(quote(aCall({ outputTokensFloor: 700 }), aModel(), '1').least).toBe(100 + 700 * 10);
    expect(quote(aCall({ outputTokensMax: 9 }), aModel(), '1').least).toBe(100 + 9 * 10);
  });

  it('finds the output limit that an amount pays for', () => {
    const { outputTokensFor } = quote(aCall(), aModel(), '1');
    expect(outputTokensFor(100 + 300 * 10)).toBe(300);
    expect(outputTokensFor(100 + 300 * 10 + 9)).toBe(300);
    expect(outputTokensFor(100 + 256 * 10)).toBe(256);
  });

  describe('with hosted tools', () => {
    const perToolCall = { web_search: '0.01', code_interpreter: '0.03', free: '0' };
    const priced = aModel({
      prices: new CompiledPrices({ inputPerMillion: '1', outputPerMillion: '10', perToolCall }),
    });
    const pool = (callsMax: number | undefined, ...names: string[]): ToolPool => ({
      ...{ tools: names.map((name) => ({ name })), soldBy: 'calls', callsMax },
    });
    const quoted = (...hostedTools: ToolPool[]) => quote(aCall({ hostedTools }), priced, '2');
    const plain = quote(aCall(), priced, '2');

    it('holds every call that the client allows, or eight, at the price of the dearest that share the limit', () => {
      const dearest = ['web_search', 'code_interpreter'];
      expect(quoted(pool(3, ...dearest)).need).toBe(plain.need + 2 * 3 * 30_000);
      expect(quoted(pool(undefined, ...dearest)).need).toBe(plain.need + 2 * 8 * 30_000);
      expect(quoted(pool(2, 'web_search'), pool(5, 'code_interpreter')).need).toBe(plain.need + 2 * (20_000 + 150_000));
      expect(quoted({ tools: [{ name: 'web_search' }], soldBy: 'request' }).need).toBe(plain.need + 2 * 10_000);
      expect(quoted(pool(undefined, 'free')).need).toBe(plain.need);
      expect(quoted(pool(0, 'web_search')).need).toBe(plain.need);
    });

    it('demands one call of each limit, and none where the client wants none', () => {
      expect(quoted(pool(9, 'web_search'), pool(undefined, 'code_interpreter')).least).toBe(plain.least + 2 * 40_000);
      expect(quoted(pool(0, 'web_search')).least).toBe(plain.least);
    });

    it('pays for output first, up to 4,096 tokens, then for calls, then for the rest of the output', () => {
      const large = aModel({ ...priced, outputTokensMax: 50_000 });
      const { need, least, toolCallsFor, outputTokensFor } = quote(
        aCall({ hostedTools: [pool(5, 'web_search')] }),
        large,
        '1',
      );
      const comfortable = 100 + 4_096 * 10;
      expect(need).toBe(100 + 500_000 + 50_000);
      expect([toolCallsFor(need).loweredTo, toolCallsFor(comfortable + 50_000).loweredTo]).toEqual([
        undefined,
        undefined,
      ]);
      expect(outputTokensFor(comfortable + 50_000)).toBe(4_096);
      expect(toolCallsFor(comfortable + 49_999)).toMatchObject({ loweredTo: 4, pools: [{ callsMax: 4 }] });
      expect(outputTokensFor(comfortable + 49_999)).toBe(4_096 + 999);
      expect([toolCallsFor(least).loweredTo, outputTokensFor(least)]).toEqual([1, 256]);
    });

    it('never lets more run than a hold pays for, and raises no limit', () => {
      const limit = fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined });
      const anyPools = fc.array(fc.tuple(limit, fc.subarray(Object.keys(perToolCall), { minLength: 1 })), {
        maxLength: 3,
      });
      fc.assert(
        fc.property(anyPools, fc.double({ min: 0, max: 1, noNaN: true }), (limits, share) => {
          const pools = limits.map(([callsMax, names]) => pool(callsMax, ...names));
          const { need, least, toolCallsFor, outputTokensFor } = quoted(...pools);
          const held = least + Math.floor((need - least) * share);
          const sold = toolCallsFor(held).pools;
          for (const [index, { callsMax }] of sold.entries()) {
            expect(callsMax).toBeLessThanOrEqual(limits[index]![0] ?? Infinity);
            expect(callsMax).toBeGreaterThanOrEqual(Math.min(1, limits[index]![0] ?? 1));
          }
          const outputTokensMax = outputTokensFor(held);
          const asLimited = quote(aCall({ hostedTools: sold, outputTokensMax }), priced, '2');
          expect(asLimited.need).toBeLessThanOrEqual(held);
        }),
        { numRuns: 300 },
      );
    });

    it('holds on top, where there is plenty, that the input is read again after each call', () => {
      const quoted = quote(aCall({ inputTokensMax: null, hostedTools: [pool(3, 'web_search')] }), priced, '1');
      expect([quoted.extra, quoted.extraMost]).toEqual([3 * 10_000, 3 * 10_000]);
    });
  });

  it('refuses what the model has no price for', () => {
    const inputOnly = aModel({ prices: new CompiledPrices({ inputPerMillion: '1' }) });
    expect(() => quote(aCall(), inputOnly, '1')).toThrow('model_capability_not_supported');
    const search: ToolPool = { tools: [{ name: 'web_search' }], soldBy: 'calls' };
    for (const extra of [{ hostedTools: [search] }, { serviceTier: 'priority' }]) {
      expect(() => quote(aCall(extra), aModel(), '1')).toThrow('invalid_request');
    }
    const audio = { priceKinds: ['inputPerMillion', 'outputPerMillion', 'audioInputPerMillion'] } as const;
    expect(() => quote(aCall(audio), aModel(), '1')).toThrow('invalid_request');
  });

  it.each<[string, Partial<Call>]>([
    ['service_tier', { serviceTier: 'priority' }],
    ['tools', { hostedTools: [byRequest('code_interpreter')] }],
    ['tools', { hostedTools: [byRequest('web_search')], body: { web_search_options: null } }],
    ['web_search_options', { hostedTools: [byRequest('web_search')], body: { web_search_options: {} } }],
    ['modalities', { priceKinds: ['inputPerMillion', 'outputPerMillion', 'audioOutputPerMillion'] }],
    ['messages', { priceKinds: ['inputPerMillion', 'audioInputPerMillion'], body: { messages: [] } }],
    ['input', { priceKinds: ['inputPerMillion', 'cacheWriteLongPerMillion'], body: { input: 'x' } }],
  ])('names the field that asks for what has no price: %s', (param, extra) => {
    const refusal = expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) });
    expect(() => quote(aCall(extra), aModel(), '1')).toThrow(refusal);
  });

  it.each([
    [
      'web_search',
      /^tools: .* no price for the hosted tool web_search\. .*without it \(Codex: web_search = "disabled"/,
    ],
    ['computer.use', /^tools: .* no price for the hosted tool computer\.use\. Send the request without it\.$/],
    [
      'x'.repeat(65),
      /^tools: this model has no price for the hosted tool that it offers\. Send the request without it\.$/,
    ],
  ])('says how to ask without a hosted tool that has no price: %s', (name, message) => {
    const refusal = expect.objectContaining({ publicMessage: expect.stringMatching(message) });
    expect(() => quote(aCall({ hostedTools: [byRequest(name)] }), aModel(), '1')).toThrow(refusal);
  });

  it('holds what a picture costs where the model can draw, asked or not', () => {
    const prices = new CompiledPrices({ inputPerMillion: '1', outputPerMillion: '10', imageOutputPerMillion: '120' });
    const drawing = aModel({ prices });
    const messages = [{ role: 'user', content: 'x' }];
    const calls = [
      readChatCall({ model: 'm', messages }, 100, {}),
      readChatCall({ model: 'm', messages, modalities: ['text'] }, 100, {}),
      readMessagesCall({ model: 'm', messages, max_tokens: 1_000 }, 100, {}),
      readResponsesCall({ model: 'm', input: 'x' }, 100, {}),
      readGenerateCall({ ...{ model: 'm', body: { contents: [{ parts: [{ text: 'x' }] }] } }, request: GENERATE }),
    ];
    for (const call of calls) expect(quote(call, drawing, '1').need).toBe(100 + 1_000 * 120);
  });

  it('needs no token price where requests are sold one by one', () => {
    const perRequest = aModel({ prices: new CompiledPrices({ perRequest: '0.5' }) });
    expect(quote(aCall(), perRequest, '1')).toMatchObject({ need: 500_000, least: 500_000 });
  });

  it('does not give texts away where only pictures or seconds are sold', () => {
    for (const prices of [{ perImage: '0.5' }, { perSecond: '1', perMillionCharacters: '1' }])
      expect(() => quote(aCall(), aModel({ prices: new CompiledPrices(prices) }), '1')).toThrow(
        'model_capability_not_supported: no price: perRequest',
      );
  });

  it('bounds a batch by the context times its texts', () => {
    const batch = { texts: 3, inputTokensMax: 25_000, outputTokensMax: 0 };
    expect(quote(aCall(batch), aModel(), '1').need).toBe(25_000);
    expect(quote(aCall({ ...batch, inputTokensMax: null }), aModel(), '1').need).toBe(30_000);
  });

  it('holds tokens and pieces on top that a client may have understated, and demands none of them', () => {
    const prices = new CompiledPrices({ inputPerMillion: '1', audioInputPerMillion: '5', outputPerMillion: '10' });
    const media = {
      piecesMax: { seconds: 10 },
      doubted: { inputTokensMax: 3_000, outputTokensMax: 900, pieces: { seconds: 60 } },
      consumes: ['audioInputPerMillion', 'outputPerMillion'],
      soldBy: ['perSecond'],
    };
    const recording = aCall({ outputTokensMax: 40, outputTokensFloor: 40, media } as unknown as Partial<Call>);
    const byTokens = quote(recording, aModel({ prices }), '1');
    expect(byTokens).toMatchObject({ need: 100 * 5 + 40 * 10, least: 100 * 5 + 40 * 10 });
    expect(byTokens.need + byTokens.extra).toBe((3_000 + 256) * 5 + 900 * 10);
    const small = aModel({ prices, contextTokensMax: 2_000, outputTokensMax: 500 });
    const clamped = quote(recording, small, '1');
    expect(clamped.need + clamped.extra).toBe(2_000 * 5 + 500 * 10);
    const bySecond = aModel({ prices: new CompiledPrices({ perSecond: '1' }) });
    expect(quote(recording, bySecond, '1')).toMatchObject({ need: 10_000_000, extra: 50_000_000 });
  });

  it('refuses pictures and sound as texts: what every such call consumes as the model, what a field adds as the request', () => {
    const media = { piecesMax: {}, consumes: ['inputPerMillion', 'audioOutputPerMillion'], soldBy: ['perRequest'] };
    const speech = (overrides: Partial<Call>) => aCall({ media, ...overrides } as unknown as Partial<Call>);
    const priceKinds = ['inputPerMillion', 'audioOutputPerMillion'] as const;
    expect(() => quote(speech({ priceKinds }), aModel(), '1')).toThrow(
      'model_capability_not_supported: no price: audioOutputPerMillion',
    );
    const prices = new CompiledPrices({ inputPerMillion: '1', audioOutputPerMillion: '1' });
    expect(quote(speech({ priceKinds }), aModel({ prices }), '1').need).toBeGreaterThan(0);
    expect(() =>
      quote(speech({ priceKinds: [...priceKinds, 'imageInputPerMillion'] }), aModel({ prices }), '1'),
    ).toThrow('invalid_request: imageInputPerMillion');
    expect(() => quote(speech({ priceKinds, serviceTier: 'priority' }), aModel({ prices }), '1')).toThrow(
      'invalid_request',
    );
  });
});
