import { CompiledPrices, type Model, type Prices } from '@tokenbay/models';
import { NO_USAGE } from '@tokenbay/protocol';
import fc from 'fast-check';
import { billOf } from '../../relay/bill.js';
import { CountedText } from '../../relay/count-tokens.js';
import { quote } from '../../relay/quote.js';
import { readGenerationCall } from './request.js';

const anyFactor = fc.constantFrom('0', '0.25', '1', '1.5', '6', '0.333333333');
const NAMES = ['low', 'high', '512x512', '1536x1024', 'high/1536x1024', 'low/512x512', '2K', 'low/2K'];
const anyTiers = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), anyFactor), { selector: ([name]) => name })
  .map((tiers): Record<string, string> => Object.fromEntries(tiers));
const anyPrices: fc.Arbitrary<Prices> = fc.record({
  perImage: fc.constantFrom('0.04', '0', '0.000000001', '1.234567891'),
  perRequest: fc.constantFrom('0', '0.1', '0.000001'),
  serviceTiers: anyTiers,
});
const anyQuality = fc.constantFrom(undefined, 'auto', 'low', 'medium', 'high', 'max');
const anySize = fc.constantFrom(undefined, 'auto', '512x512', '1024x1024', '1536x1024', '2K');
const anyAsked = fc.record({ quality: anyQuality, size: anySize, n: fc.integer({ min: 1, max: 10 }) });

/** A model that is sold by the picture. */
function modelOf(prices: Prices): Model {
  const limits = { contextTokensMax: null, outputTokensMax: null, priceVersion: 1, rateLimit: null, createdAtMs: 0 };
  const capabilities: Model['capabilities'] = new Set(['image_generation']);
  return { name: 'm', displayName: 'm', enabled: true, capabilities, ...limits, prices: new CompiledPrices(prices) };
}

function quoteOf(call: ReturnType<typeof readGenerationCall>, model: Model, multiplier: string): number | undefined {
  try {
    return quote(call, model, multiplier).need;
  } catch {
    return undefined;
  }
}

it('is never more than what was held for it, and exactly that for what is sold at one price', async () => {
  const seen = { exact: 0, open: 0, refused: 0 };
  const anyMultiplier = fc.constantFrom('1', '0.8', '3', '0.333333');
  await fc.assert(
    fc.asyncProperty(anyPrices, anyAsked, anyAsked, anyMultiplier, async (prices, asked, made, multiplier) => {
      const call = readGenerationCall({ model: 'm', prompt: 'A harbour', ...asked }, 100);
      const model = modelOf(prices);
      const need = quoteOf(call, model, multiplier);
      if (need === undefined) return void (seen.refused += 1);
      const { price } = await billOf(
        { call, model, multiplier, toolPools: [] },
        {
          usage: { usage: { ...NO_USAGE, inputTokens: 9 }, isSuspect: false },
          text: new CountedText(),
          pieces: { images: asked.n },
          traits: { quality: made.quality, size: made.size },
        },
      );
      expect(price.micropoints).toBeLessThanOrEqual(need);
      const isOpen = [asked.quality, asked.size].some((said) => said === undefined || said === 'auto');
      if (isOpen) return void (seen.open += 1);
      expect(price.micropoints).toBe(need);
      seen.exact += 1;
    }),
    { numRuns: 600 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});
