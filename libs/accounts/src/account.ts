import { DomainError } from '@tokenbay/errors';
import type { AccountEntity, AccountStatus } from './account.entity.js';

/** How many requests an account may make in any window of so many seconds. */
export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** How many tokens an account's requests may consume in any window of so many seconds. */
export interface TokenRateLimit {
  readonly tokens: number;
  readonly windowSeconds: number;
}

/** An account as the gateway decides by it. */
export interface Account {
  readonly id: string;
  readonly name: string;
  /** The group of keys that name none. */
  readonly group: string;
  /** Every group open to the account's keys; complete, so that its own group counts only where it is listed. */
  readonly allowedGroups: readonly string[];
  readonly status: AccountStatus;
  readonly rateLimit: RateLimit | null;
  readonly tokenRateLimit: TokenRateLimit | null;
  /** How many of its requests may run at the same time; null is no limit. */
  readonly parallelRequestsMax: number | null;
}

/** The account that a row describes. */
export function toAccount(row: AccountEntity): Account {
  const { id, name, group, status, parallelRequestsMax } = row;
  return {
    ...{ id, name, group, status, parallelRequestsMax },
    allowedGroups: row.allowedGroups ?? [group],
    rateLimit: rateLimitOf(row),
    tokenRateLimit: tokenRateLimitOf(row),
  };
}

/** The rate limit of a row, null where it has none. */
export function rateLimitOf(row: AccountEntity): RateLimit | null {
  const { rateLimitRequests: requests, rateLimitWindowSeconds: windowSeconds } = row;
  return requests === null || windowSeconds === null ? null : { requests, windowSeconds };
}

/** The token rate limit of a row, null where it has none. */
export function tokenRateLimitOf(row: AccountEntity): TokenRateLimit | null {
  const { tokenRateLimitTokens: tokens, tokenRateLimitWindowSeconds: windowSeconds } = row;
  return tokens === null || windowSeconds === null ? null : { tokens, windowSeconds };
}

/** Throws `account_banned` unless the account is active. */
export function assertAccountActive(account: Account): void {
  if (account.status !== 'active') throw new DomainError('account_banned');
}
