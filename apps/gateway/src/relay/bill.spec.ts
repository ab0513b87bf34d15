import { CompiledPrices, type Model } from '@tokenbay/models';
import { NO_USAGE } from '@tokenbay/protocol';
import { billEstimated, type BillFacts, billOf, billReported } from './bill.js';
import type { Call } from './call.js';
import { CountedText } from './count-tokens.js';

const facts: BillFacts = {
  call: {
    choices: 2,
    serviceTier: null,
    hostedTools: [],
    readInputText: () => 'How many tokens are in here?',
  } as unknown as Call,
  model: {
    contextTokensMax: 1_000,
    outputTokensMax: 100,
    prices: new CompiledPrices({ inputPerMillion: '1', cachedInputPerMillion: '0.5', outputPerMillion: '10' }),
  } as Model,
  multiplier: '1',
  toolPools: [],
};
const usage = (counts: Partial<typeof NO_USAGE>) => ({ usage: { ...NO_USAGE, ...counts }, isSuspect: false });

describe('the bill of a request', () => {
  it('is the price of the usage that was reported', () => {
    const bill = billReported(facts, usage({ inputTokens: 100, cachedInputTokens: 100, outputTokens: 200 }));
    expect(bill).toMatchObject({ source: 'reported', price: { micropoints: 100 + 50 + 2_000 } });
  });

  it('is cut down to what the model can consume, and suspect, where more is reported', () => {
    const bill = billReported(
      facts,
      usage({ inputTokens: 900, cachedInputTokens: 1e12, outputTokens: Number.MAX_SAFE_INTEGER }),
    );
    expect(bill.source).toBe('suspect');
    expect(bill.usage).toMatchObject({ inputTokens: 900, cachedInputTokens: 100, outputTokens: 200 });
    expect(bill.price.micropoints).toBe(900 + 50 + 2_000);
  });

  it('believes output beyond the limit of the model as far as it was predicted', () => {
    const predicted = { ...facts, call: { ...facts.call, predictedTokensMax: 50 } };
    const sourceOf = (outputTokens: number) => billReported(predicted, usage({ outputTokens })).source;
    expect([sourceOf(2 * 150), sourceOf(2 * 150 + 1)]).toEqual(['reported', 'suspect']);
  });

  it('believes the input of a stream that broke off, and counts the output that was delivered', async () => {
    const begun = { ...usage({ inputTokens: 40, cachedInputTokens: 60, outputTokens: 1 }), isPartial: true };
    const bill = await billOf(facts, { usage: begun, text: CountedText.of('one two three') });
    expect(bill).toMatchObject({
      source: 'estimated',
      usage: { inputTokens: 40, cachedInputTokens: 60, outputTokens: 3 },
    });
  });

  it('stays suspect where the report contradicted itself', () => {
    expect(billReported(facts, { ...usage({ inputTokens: 1 }), isSuspect: true }).source).toBe('suspect');
  });

  it('is suspect where something was consumed that has no price', () => {
    expect(billReported(facts, usage({ audioOutputTokens: 5 })).source).toBe('suspect');
  });

  it('has each call of a hosted tool that was reported, and none where none was', async () => {
    const prices = new CompiledPrices({ inputPerMillion: '0', outputPerMillion: '0', perToolCall: { find: '0.01' } });
    const tools = [{ name: 'find', countedAs: 'web_search' }];
    const offered: BillFacts = {
      ...facts,
      model: { ...facts.model, prices },
      toolPools: [{ tools, soldBy: 'calls', callsMax: 3, canBeLowered: true }],
    };
    const told = (toolCalls?: object) =>
      billOf(offered, { usage: usage({ outputTokens: 1 }), text: new CountedText(), toolCalls: { ...toolCalls } });
    expect(await told()).toMatchObject({ source: 'reported', price: { micropoints: 0, lines: [{}] } });
    expect(await told({ web_search: 2, unknown: 9 })).toMatchObject({
      source: 'reported',
      price: { micropoints: 20_000, lines: [{}, { kind: 'perToolCall.find', quantity: 2, points: '0.02' }] },
    });
    expect(await told({ web_search: 4 })).toMatchObject({ source: 'suspect', price: { micropoints: 30_000 } });
    const counted = await billOf(offered, { usage: undefined, text: new CountedText(), toolCalls: { web_search: 1 } });
    expect(counted).toMatchObject({ source: 'estimated', price: { micropoints: 10_000 } });
  });

  it('believes input up to the context for each round in which hosted tools may be called', () => {
    const toolPools = [{ tools: [{ name: 'find' }], soldBy: 'calls' as const, callsMax: 2, canBeLowered: true }];
    const read = (inputTokens: number) =>
      billReported({ ...facts, toolPools }, usage({ inputTokens })).usage.inputTokens;
    expect([read(3_000), read(3_001)]).toEqual([3_000, 3_000]);
  });

  it('is counted by tokenizer, input and what was delivered, where nobody reports', async () => {
    const bill = await billEstimated(facts, CountedText.of('Seven, if you count them one by one.'));
    expect(bill.source).toBe('estimated');
    expect(bill.usage).toMatchObject({ inputTokens: 7, outputTokens: 10 });
  });
});
