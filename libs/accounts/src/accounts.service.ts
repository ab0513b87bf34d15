import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import {
  assertReferencesExist,
  isForeignKeyViolation,
  isUniqueViolation,
  type Page,
  type PageRequest,
  type Tx,
} from '@tokenbay/platform';
import type { AccountEntity, AccountStatus } from './account.entity.js';
import { type RateLimit, rateLimitOf, type TokenRateLimit, tokenRateLimitOf } from './account.js';
import { type AccountColumns, AccountsRepository } from './accounts.repository.js';

const UNKNOWN_GROUP = 'must name existing groups only.';

/** What may change about an account; what is absent stays, null clears. */
export interface AccountChange {
  readonly name?: string;
  /** Unique over all accounts. */
  readonly externalId?: string | null;
  readonly group?: string;
  /** Null follows the account's own group. */
  readonly allowedGroups?: string[] | null;
  readonly status?: AccountStatus;
  /** A part of it leaves the other part as it is. */
  readonly rateLimit?: Partial<RateLimit> | null;
  /** A part of it leaves the other part as it is. */
  readonly tokenRateLimit?: Partial<TokenRateLimit> | null;
  /** Null is no limit. */
  readonly parallelRequestsMax?: number | null;
}

/** A new account. It belongs to the group `default` and is active unless said otherwise. */
export interface AccountDraft extends AccountChange {
  readonly name: string;
  readonly rateLimit?: RateLimit | null;
  readonly tokenRateLimit?: TokenRateLimit | null;
}

/** Which account is meant, and in which version; without `ifMatch` whichever it has. */
export interface AccountVersion {
  readonly id: string;
  readonly ifMatch?: number | undefined;
}

/** Administers accounts. Their points are the ledger's. */
@Injectable()
export class AccountsService {
  constructor(private readonly repository: AccountsRepository) {}

  /** Throws `conflict` where the external id is taken, `invalid_request` where a group does not exist. */
  async create(tx: Tx, draft: AccountDraft): Promise<AccountEntity> {
    await assertGroupsExist(tx, draft);
    return this.get(tx, await translateRefusal(this.repository.insert(tx, toColumns(draft))));
  }

  /** Accounts, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccountEntity>> {
    return this.repository.list(tx, page);
  }

  /** Throws `not_found`. */
  async get(tx: Tx, id: string): Promise<AccountEntity> {
    const account = await this.repository.find(tx, id);
    if (!account) throw new DomainError('not_found', 'account');
    return account;
  }

  /** Throws `not_found`; `conflict` for another version than `ifMatch` or a taken external id; `invalid_request` for an unknown group. */
  async update(tx: Tx, { id, ifMatch }: AccountVersion, change: AccountChange): Promise<AccountEntity> {
    const account = await this.repository.lock(tx, id, ifMatch);
    if (Object.keys(change).length === 0) return account;
    const columns = toColumns(change, account);
    await assertGroupsExist(tx, change);
    await translateRefusal(this.repository.update(tx, id, columns));
    return this.get(tx, id);
  }

  /** Counts a change of what belongs to the account, and stands elsewhere, as a change of it. Throws `not_found`. */
  async touch(tx: Tx, id: string): Promise<AccountEntity> {
    await this.repository.touch(tx, id);
    return this.get(tx, id);
  }
}

function toColumns(change: AccountChange, known?: AccountEntity): Partial<AccountColumns> {
  const { rateLimit, tokenRateLimit, ...columns } = change;
  const requests = mergeLimit('rateLimit', 'requests', { known: known ? rateLimitOf(known) : null, change: rateLimit });
  const tokens = mergeLimit('tokenRateLimit', 'tokens', {
    known: known ? tokenRateLimitOf(known) : null,
    change: tokenRateLimit,
  });
  return {
    ...columns,
    ...(requests && { rateLimitRequests: requests.amount, rateLimitWindowSeconds: requests.windowSeconds }),
    ...(tokens && { tokenRateLimitTokens: tokens.amount, tokenRateLimitWindowSeconds: tokens.windowSeconds }),
  };
}

type Limit<K extends string> = Readonly<Record<K | 'windowSeconds', number>>;

interface LimitChange<K extends string> {
  readonly known: Limit<K> | null;
  /** A part leaves the other part as it is, null clears, undefined changes nothing. */
  readonly change: Partial<Limit<K>> | null | undefined;
}

/** Both columns of a limit as they shall be; undefined where nothing changes. */
function mergeLimit<K extends string>(
  field: string,
  amountOf: K,
  { known, change }: LimitChange<K>,
): { amount: number | null; windowSeconds: number | null } | undefined {
  if (change === undefined) return undefined;
  if (change === null) return { amount: null, windowSeconds: null };
  const { [amountOf]: amount, windowSeconds }: Partial<Limit<K>> = { ...known, ...change };
  if (amount === undefined) throw invalid(`${field}.${amountOf}`, 'is required.');
  if (windowSeconds === undefined) throw invalid(`${field}.windowSeconds`, 'is required.');
  return { amount, windowSeconds };
}

function assertGroupsExist(tx: Tx, { group, allowedGroups }: AccountChange): Promise<void> {
  const named = [
    ...(group === undefined ? [] : [['group', group] as const]),
    ...(allowedGroups ?? []).map((name, index) => [`allowedGroups[${index}]`, name] as const),
  ];
  return assertReferencesExist(tx, [{ table: 'account_group', column: 'name', noun: 'group', named }]);
}

async function translateRefusal<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (isUniqueViolation(error, 'account_external_id_unique'))
      throw new DomainError('conflict', 'external id taken', {
        message: 'Another account has this externalId.',
        cause: error,
      });
    if (isForeignKeyViolation(error, 'account_group_fkey')) throw invalid('group', UNKNOWN_GROUP, error);
    if (isForeignKeyViolation(error, 'account_group_use_group_fkey'))
      throw invalid('allowedGroups', UNKNOWN_GROUP, error);
    throw error;
  }
}

function invalid(field: string, problem: string, cause?: unknown): DomainError {
  const sentence = `${field} ${problem}`;
  return new DomainError('invalid_request', sentence, { message: sentence, param: field, problems: [sentence], cause });
}
