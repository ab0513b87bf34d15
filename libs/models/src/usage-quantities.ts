import type { PieceUsage, TokenUsage } from '@tokenbay/protocol';
import type { PiecePriceKind, TokenPriceKind } from './prices.js';

/**
 * What one request consumed, by everything that can have a price. Counts are non-negative safe integers; `seconds` may have a fraction
 * and is counted in started milliseconds. Absent means none, but for `requests`, which is then 1. `reasoningTokens` are part of
 * `outputTokens` and have no price of their own.
 */
export interface UsageQuantities extends Partial<TokenUsage>, PieceUsage {
  readonly requests?: number;
  /** Calls of hosted tools by the tool's name. */
  readonly toolCalls?: Readonly<Record<string, number>>;
  /** The upstream's service tier that the request was served in; absent, null and the names in `STANDARD_TIERS` cost the plain price. */
  readonly serviceTier?: string | null;
}

/** Names that upstreams use for their ordinary service; free to be priced apart all the same. */
export const STANDARD_TIERS: ReadonlySet<string> = new Set(['auto', 'default', 'standard']);

/** How many units of each kind of token a usage holds, in the order of `TOKEN_PRICE_KINDS`. */
export const TOKEN_COUNTS: readonly (readonly [TokenPriceKind, (usage: UsageQuantities) => number | undefined])[] = [
  ['inputPerMillion', (usage) => usage.inputTokens],
  ['cachedInputPerMillion', (usage) => usage.cachedInputTokens],
  ['cacheWritePerMillion', (usage) => usage.cacheWriteTokens],
  ['cacheWriteLongPerMillion', (usage) => usage.cacheWriteLongTokens],
  ['audioInputPerMillion', (usage) => usage.audioInputTokens],
  ['imageInputPerMillion', (usage) => usage.imageInputTokens],
  ['outputPerMillion', (usage) => usage.outputTokens],
  ['audioOutputPerMillion', (usage) => usage.audioOutputTokens],
  ['imageOutputPerMillion', (usage) => usage.imageOutputTokens],
];

/** How many units of each kind of piece a usage holds. Durations are counted in milliseconds; where both are priced, `perSecond` counts. */
export const PIECE_COUNTS: readonly (readonly [PiecePriceKind, (usage: UsageQuantities) => number | undefined])[] = [
  ['perRequest', (usage) => usage.requests ?? 1],
  ['perImage', (usage) => usage.images],
  ['perSecond', (usage) => startedMilliseconds(usage.seconds)],
  ['perMillionCharacters', (usage) => usage.characters],
];

/** To the microsecond first: 8.2 seconds times 1000 may come out a hair above 8200. */
function startedMilliseconds(seconds = 0): number {
  return Math.ceil(Math.round(seconds * 1_000_000) / 1_000);
}

/** Everything that went in, cached or not: what decides the price tier. */
export function countInputTokens(usage: UsageQuantities): number {
  return (
    (usage.inputTokens ?? 0) +
    (usage.cachedInputTokens ?? 0) +
    (usage.cacheWriteTokens ?? 0) +
    (usage.cacheWriteLongTokens ?? 0) +
    (usage.audioInputTokens ?? 0) +
    (usage.imageInputTokens ?? 0)
  );
}
