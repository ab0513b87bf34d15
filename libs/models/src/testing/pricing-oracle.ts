import fc from 'fast-check';
import type { KindPrices, Prices } from '../prices.js';
import type { UsageQuantities } from '../usage-quantities.js';

const SCALE = 10n ** 9n;
const TOKENS = {
  inputPerMillion: 'inputTokens',
  cachedInputPerMillion: 'cachedInputTokens',
  cacheWritePerMillion: 'cacheWriteTokens',
  cacheWriteLongPerMillion: 'cacheWriteLongTokens',
  audioInputPerMillion: 'audioInputTokens',
  imageInputPerMillion: 'imageInputTokens',
  outputPerMillion: 'outputTokens',
  audioOutputPerMillion: 'audioOutputTokens',
  imageOutputPerMillion: 'imageOutputTokens',
} as const;
const INPUTS = Object.values(TOKENS).slice(0, 6);

/** Prices for every kind, some with tiers, all with at most so many decimals: few keep the arithmetic in numbers, many force it out. */
function pricesOf(decimalsMax: number): fc.Arbitrary<Prices> {
  const anyPrice = fc
    .tuple(fc.nat(2_000), fc.nat(10 ** decimalsMax - 1))
    .map(([whole, rest]) => (decimalsMax === 0 ? `${whole}` : `${whole}.${String(rest).padStart(decimalsMax, '0')}`));
  const tokens = Object.fromEntries(Object.keys(TOKENS).map((kind) => [kind, anyPrice]));
  const tiered = { ...tokens, perRequest: anyPrice, perImage: anyPrice };
  const anyTiers = fc
    .uniqueArray(fc.tuple(fc.nat(60_000), fc.record(tiered, { requiredKeys: [] })), {
      maxLength: 3,
      selector: ([above]) => above,
    })
    .map((tiers) =>
      tiers.sort(([a], [b]) => a - b).map(([aboveInputTokens, kinds]) => ({ aboveInputTokens, ...kinds })),
    );
  return fc.record({
    ...{ ...tiered, perSecond: anyPrice, perMinute: anyPrice, perMillionCharacters: anyPrice, tiers: anyTiers },
    ...{
      serviceTiers: fc.record({ flex: anyPrice, priority: anyPrice }),
      perToolCall: fc.record({ search: anyPrice }),
    },
  });
}

/** Prices for every kind, some with tiers. */
export const anyPrices = fc.oneof(pricesOf(0), pricesOf(2), pricesOf(9));

const anyCount = fc.oneof(fc.nat(30), fc.nat(20_000));

/** A usage that holds something of every kind, of some nothing. */
export const anyUsage: fc.Arbitrary<UsageQuantities> = fc.record({
  ...Object.fromEntries(Object.values(TOKENS).map((name) => [name, anyCount])),
  inputTokens: anyCount,
  outputTokens: anyCount,
  images: fc.nat(3),
  seconds: fc.nat(100_000).map((ms) => ms / 1000),
  characters: anyCount,
  toolCalls: fc.record({ search: fc.nat(3) }),
  serviceTier: fc.constantFrom(null, 'default', 'flex', 'priority'),
});

/** A group's multiplier. */
export const anyMultiplier = fc.constantFrom('0', '1', '0.8', '1.25', '3', '0.333333', '1000000');

/** All that went in. */
export function inputOf(usage: UsageQuantities): number {
  return INPUTS.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
}

/** The contract's formula written once more, in one fraction that is rounded up at the end. Shares nothing with the code under test. */
export function chargeByHand(usage: UsageQuantities, prices: Prices, multiplier: string): number {
  const tier = (prices.tiers ?? []).filter(({ aboveInputTokens }) => inputOf(usage) > aboveInputTokens).at(-1);
  const kinds: KindPrices = { ...prices, ...tier };
  // In units of 10⁻⁹ micropoints × 60000, so that a millisecond of a minute is whole.
  let sum = 0n;
  for (const [kind, name] of Object.entries(TOKENS))
    sum += nano(kinds[kind as keyof typeof TOKENS]) * BigInt(usage[name] ?? 0) * 60_000n;
  sum += nano(kinds.perMillionCharacters) * BigInt(usage.characters ?? 0) * 60_000n;
  sum += nano(kinds.perRequest) * 1_000_000n * 60_000n;
  sum += nano(kinds.perImage) * 1_000_000n * BigInt(usage.images ?? 0) * 60_000n;
  sum += nano(kinds.perToolCall?.['search']) * 1_000_000n * BigInt(usage.toolCalls?.['search'] ?? 0) * 60_000n;
  sum += nano(kinds.perSecond) * 1_000n * BigInt(Math.round((usage.seconds ?? 0) * 1000)) * 60_000n;
  const factor = nano(prices.serviceTiers?.[usage.serviceTier ?? ''] ?? '1');
  const numerator = sum * nano(multiplier) * factor;
  const denominator = SCALE * SCALE * SCALE * 60_000n;
  const charge = numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
  return charge > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(charge);
}

function nano(decimal = '0'): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * SCALE + BigInt(fraction.padEnd(9, '0'));
}
