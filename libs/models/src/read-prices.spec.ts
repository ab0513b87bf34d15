import { PRICE_KINDS } from './prices.js';
import { readPrices } from './read-prices.js';

const problemsOf = (prices: unknown) => readPrices(prices).problems;

describe('prices as administrators write them', () => {
  it('may name every kind of the contract, as decimal strings or numbers', () => {
    const prices = {
      ...Object.fromEntries(PRICE_KINDS.map((kind) => [kind, '1.5'])),
      perToolCall: { web_search: '0.01' },
      serviceTiers: { flex: '0.5', hd: '2', '1792x1024': '1.5', 'hd/1792x1024': '3', '2K': '1', '16:9': '1' },
      tiers: [
        { aboveInputTokens: 128_000, inputPerMillion: '3', perToolCall: { web_search: '0.02' } },
        { aboveInputTokens: 200_000, inputPerMillion: '6' },
      ],
    };
    expect(readPrices(prices)).toEqual({ prices, problems: [] });
    expect(readPrices({ inputPerMillion: 0.15, tiers: [{ aboveInputTokens: 1, outputPerMillion: 2 }] })).toEqual({
      prices: { inputPerMillion: '0.15', tiers: [{ aboveInputTokens: 1, outputPerMillion: '2' }] },
      problems: [],
    });
    expect(problemsOf({})).toEqual([]);
  });

  it('are refused where a price is no plain decimal within its bounds', () => {
    for (const price of [
      '-1',
      '1e3',
      '',
      '.5',
      '1.',
      ' 1',
      '1.0000000001',
      '1000000000000',
      1e-9,
      -1,
      NaN,
      Infinity,
      null,
      true,
      {},
    ])
      expect(problemsOf({ inputPerMillion: price })).toEqual([
        expect.stringMatching(/^\.inputPerMillion must be a decimal/),
      ]);
  });

  it('are refused where a kind is not known, also inside a tier', () => {
    expect(problemsOf({ inputPerThousand: '1', toString: '1' })).toEqual([
      '.inputPerThousand is no price kind.',
      '.toString is no price kind.',
    ]);
    expect(problemsOf({ tiers: [{ aboveInputTokens: 1, tiers: [], serviceTiers: {} }] })).toHaveLength(2);
  });

  it('are refused where tiers are not sorted by lengths that differ', () => {
    const tiers = (...lengths: unknown[]) =>
      problemsOf({ tiers: lengths.map((aboveInputTokens) => ({ aboveInputTokens })) });
    expect(tiers(1, 2, 3)).toEqual([]);
    expect(tiers(2, 2)).toEqual(['.tiers[1].aboveInputTokens must be larger than that of the tier before.']);
    expect(tiers(2, 1)).toHaveLength(1);
    for (const bad of [-1, 0.5, '1', null, undefined, 1e10]) expect(tiers(bad)).toHaveLength(1);
    expect(tiers(...Array.from({ length: 17 }, (_, index) => index))).toHaveLength(1);
  });

  it('name at most 64 service tiers', () => {
    const tiers = (count: number) => ({
      serviceTiers: Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index + 1}x1024`, '1'])),
    });
    expect(problemsOf(tiers(64))).toEqual([]);
    expect(problemsOf(tiers(65))).toEqual(['.serviceTiers must be an object of at most 64 names.']);
  });

  it('are refused with every problem named, whatever was sent', () => {
    expect(problemsOf({ inputPerMillion: '-1', nonsense: 1, perToolCall: { 'a b': 'x' }, tiers: [1] })).toHaveLength(5);
    for (const nonsense of [null, [], 'text', 1]) expect(problemsOf(nonsense)).toEqual([' must be an object.']);
    for (const nonsense of [null, [], 'text'])
      expect(problemsOf({ perToolCall: nonsense, serviceTiers: nonsense, tiers: {} })).toHaveLength(3);
    expect(problemsOf({ perToolCall: JSON.parse('{"__proto__":"1"}') as object })).toHaveLength(1);
  });
});
