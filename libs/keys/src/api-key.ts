import { DomainError } from '@tokenbay/errors';
import { matchesName } from '@tokenbay/protocol';
import type { ApiKeyEntity, ApiKeyStatus } from './api-key.entity.js';

/** How many tokens a key's requests may consume in any window of so many seconds. */
export interface KeyTokenRateLimit {
  readonly tokens: number;
  readonly windowSeconds: number;
}

/** A key as the gateway decides by it. */
export interface ApiKey {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** Null takes the account's group. */
  readonly group: string | null;
  readonly status: ApiKeyStatus;
  /** Milliseconds since the Unix epoch; from this instant on the key is expired. Null never expires. */
  readonly expiresAtMs: number | null;
  readonly timeZone: string;
  readonly modelAllowlist: readonly string[] | null;
  readonly modelDenylist: readonly string[] | null;
  /** Whether the ledger keeps a quota or periodic limits of this key. */
  readonly hasBudget: boolean;
  readonly tokenRateLimit: KeyTokenRateLimit | null;
  /** How many of its requests may run at the same time; null is no limit. */
  readonly parallelRequestsMax: number | null;
}

/** The key that a row describes. */
export function toApiKey(row: ApiKeyEntity): ApiKey {
  const { id, accountId, name, group, status, timeZone, modelAllowlist, modelDenylist, hasBudget } = row;
  return {
    ...{ id, accountId, name, group, status, timeZone, modelAllowlist, modelDenylist, hasBudget },
    expiresAtMs: row.expiresAt && row.expiresAt.getTime(),
    tokenRateLimit: tokenRateLimitOf(row),
    parallelRequestsMax: row.parallelRequestsMax,
  };
}

/** The token rate limit of a row, null where it has none. */
export function tokenRateLimitOf(row: ApiKeyEntity): KeyTokenRateLimit | null {
  const { tokenRateLimitTokens: tokens, tokenRateLimitWindowSeconds: windowSeconds } = row;
  return tokens === null || windowSeconds === null ? null : { tokens, windowSeconds };
}

/** Throws `api_key_disabled`, then `api_key_unavailable` (suspended or archived), then `api_key_expired`, in the contract's order. */
export function assertKeyUsable(key: ApiKey, nowMs: number): void {
  if (key.status === 'disabled') throw new DomainError('api_key_disabled');
  if (key.status !== 'active') throw new DomainError('api_key_unavailable', key.status);
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) throw new DomainError('api_key_expired');
}

/** True where the denylist does not name the model, and an allowlist, if there is one, does; deny beats allow. */
export function isModelOpenToKey({ modelAllowlist, modelDenylist }: ApiKey, model: string): boolean {
  if (modelDenylist && matchesName(modelDenylist, model)) return false;
  return !modelAllowlist || matchesName(modelAllowlist, model);
}

/** Throws `api_key_model_not_allowed` where the model is not open to the key. */
export function assertKeyAllowsModel(key: ApiKey, model: string): void {
  if (!isModelOpenToKey(key, model)) throw new DomainError('api_key_model_not_allowed');
}
