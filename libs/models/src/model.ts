import type { Capability } from '@tokenbay/protocol';
import { CompiledPrices } from './compiled-prices.js';
import type { ModelEntity } from './model.entity.js';

/** How many requests an account may make to a model in any window of so many seconds. */
export interface ModelRateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** A model as requests see it. Immutable: a request keeps the one it was admitted with, and is charged its prices. */
export interface Model {
  readonly name: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly capabilities: ReadonlySet<Capability>;
  readonly contextTokensMax: number | null;
  readonly outputTokensMax: number | null;
  readonly prices: CompiledPrices;
  readonly priceVersion: number;
  /** Per account; null where there is none. */
  readonly rateLimit: ModelRateLimit | null;
  readonly createdAtMs: number;
}

/** The model that a row describes. */
export function toModel(row: ModelEntity): Model {
  const { name, displayName, enabled, contextTokensMax, outputTokensMax, priceVersion } = row;
  return Object.freeze({
    ...{ name, displayName, enabled, contextTokensMax, outputTokensMax, priceVersion },
    capabilities: new Set(row.capabilities),
    prices: new CompiledPrices(row.prices),
    rateLimit: rateLimitOf(row),
    createdAtMs: row.createdAt.getTime(),
  });
}

/** The rate limit of a row, null where it has none. */
export function rateLimitOf(row: ModelEntity): ModelRateLimit | null {
  const { rateLimitRequests: requests, rateLimitWindowSeconds: windowSeconds } = row;
  return requests === null || windowSeconds === null ? null : { requests, windowSeconds };
}
