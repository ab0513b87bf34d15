import { DomainError } from '@tokenbay/errors';
import type { AccountEntity, AccountStatus } from './account.entity.js';

/** How many requests an account may make in any window of so many seconds. */
export interface RateLimit {
  readonly requests: number;
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
}

/** The account that a row describes. */
export function toAccount(row: AccountEntity): Account {
  const { id, name, group, status } = row;
  return { id, name, group, status, allowedGroups: row.allowedGroups ?? [group], rateLimit: rateLimitOf(row) };
}

/** The rate limit of a row, null where it has none. */
export function rateLimitOf(row: AccountEntity): RateLimit | null {
  const { rateLimitRequests: requests, rateLimitWindowSeconds: windowSeconds } = row;
  return requests === null || windowSeconds === null ? null : { requests, windowSeconds };
}

/** Throws `account_banned` unless the account is active. */
export function assertAccountActive(account: Account): void {
  if (account.status !== 'active') throw new DomainError('account_banned');
}
