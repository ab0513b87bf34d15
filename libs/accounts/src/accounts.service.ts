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
import { type RateLimit, rateLimitOf } from './account.js';
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
}

/** A new account. It belongs to the group `default` and is active unless said otherwise. */
export interface AccountDraft extends AccountChange {
  readonly name: string;
  readonly rateLimit?: RateLimit | null;
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
}

function toColumns({ rateLimit, ...columns }: AccountChange, known?: AccountEntity): Partial<AccountColumns> {
  if (rateLimit === undefined) return columns;
  if (rateLimit === null) return { ...columns, rateLimitRequests: null, rateLimitWindowSeconds: null };
  const { requests, windowSeconds } = { ...(known && rateLimitOf(known)), ...rateLimit };
  if (requests === undefined) throw invalid('rateLimit.requests', 'is required.');
  if (windowSeconds === undefined) throw invalid('rateLimit.windowSeconds', 'is required.');
  return { ...columns, rateLimitRequests: requests, rateLimitWindowSeconds: windowSeconds };
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
