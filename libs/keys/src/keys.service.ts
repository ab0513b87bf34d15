import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import {
  assertReferencesExist,
  generateSecret,
  isForeignKeyViolation,
  type Page,
  SecretHasher,
  type Tx,
} from '@tokenbay/platform';
import type { ApiKeyEntity, ApiKeyStatus } from './api-key.entity.js';
import { type KeyTokenRateLimit, tokenRateLimitOf } from './api-key.js';
import { type ApiKeyColumns, type ApiKeyListRequest, KeysRepository } from './keys.repository.js';

const PREFIX_LENGTH = 'sk-'.length + 4;

/** What may change about a key; what is absent stays, null clears. */
export interface ApiKeyChange {
  readonly name?: string;
  /** Null takes the account's group. */
  readonly group?: string | null;
  readonly status?: ApiKeyStatus;
  readonly expiresAt?: Date | null;
  /** An IANA zone. */
  readonly timeZone?: string;
  /** Null is no restriction; never empty. */
  readonly modelAllowlist?: string[] | null;
  /** Null is no restriction; never empty. */
  readonly modelDenylist?: string[] | null;
  /** A part of it leaves the other part as it is. */
  readonly tokenRateLimit?: Partial<KeyTokenRateLimit> | null;
  /** Null is no limit. */
  readonly parallelRequestsMax?: number | null;
  /** Whether the ledger keeps a budget of this key. Whoever writes the budget says so in the same transaction. */
  readonly hasBudget?: boolean;
}

/** A new key. It is active, never expires and is not restricted unless said otherwise. */
export interface ApiKeyDraft extends ApiKeyChange {
  readonly accountId: string;
  readonly name: string;
}

/** Which key is meant, and in which version; without `ifMatch` whichever it has. */
export interface ApiKeyVersion {
  readonly id: string;
  readonly ifMatch?: number | undefined;
}

/** A key together with its secret, which is known only now. */
export interface IssuedKey {
  readonly key: ApiKeyEntity;
  readonly secret: string;
}

/** Administers keys. No key is ever deleted; an archived one is never reset. */
@Injectable()
export class KeysService {
  constructor(
    private readonly repository: KeysRepository,
    private readonly hasher: SecretHasher,
  ) {}

  /** Issues a key. Throws `invalid_request` where account, group or time zone does not exist. */
  async issue(tx: Tx, draft: ApiKeyDraft): Promise<IssuedKey> {
    await assertNamedExist(tx, draft);
    const secret = generateSecret('sk-');
    const id = await translateRefusal(this.repository.insert(tx, { ...toColumns(draft), ...this.describe(secret) }));
    return { key: await this.get(tx, id), secret };
  }

  /** Keys, of one account where it is given, newest first. */
  list(tx: Tx, request: ApiKeyListRequest): Promise<Page<ApiKeyEntity>> {
    return this.repository.list(tx, request);
  }

  /** Throws `not_found`. */
  async get(tx: Tx, id: string): Promise<ApiKeyEntity> {
    const key = await this.repository.find(tx, id);
    if (!key) throw new DomainError('not_found', 'api key');
    return key;
  }

  /**
   * The key as it stays until the transaction ends, for whoever must read more before changing it. Throws `not_found`, or `conflict` for
   * another version than `ifMatch`.
   */
  lock(tx: Tx, { id, ifMatch }: ApiKeyVersion): Promise<ApiKeyEntity> {
    return this.repository.lock(tx, id, ifMatch);
  }

  /** Throws `not_found`, `conflict` for another version than `ifMatch`, `invalid_request` for an unknown group or time zone. */
  async update(tx: Tx, { id, ifMatch }: ApiKeyVersion, change: ApiKeyChange): Promise<ApiKeyEntity> {
    const key = await this.repository.lock(tx, id, ifMatch);
    if (Object.keys(change).length === 0) return key;
    await assertNamedExist(tx, change);
    await translateRefusal(this.repository.update(tx, id, toColumns(change, key)));
    return this.get(tx, id);
  }

  /** Gives the key a new secret; the old one is refused from now on. Throws `not_found`, or `conflict` where the key is archived. */
  async reset(tx: Tx, { id, ifMatch }: ApiKeyVersion): Promise<IssuedKey> {
    const { status } = await this.repository.lock(tx, id, ifMatch);
    if (status === 'archived')
      throw new DomainError('conflict', 'archived', { message: 'An archived key cannot be reset.' });
    const secret = generateSecret('sk-');
    await this.repository.update(tx, id, this.describe(secret));
    return { key: await this.get(tx, id), secret };
  }

  /** When each of the keys was last used; those never used are missing. Lags behind by about a second. */
  async lastUses(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const uses = await this.repository.lastUses(tx, ids);
    return new Map(uses.map(({ apiKeyId, lastUsedAt }) => [apiKeyId, lastUsedAt]));
  }

  private describe(secret: string): Pick<ApiKeyColumns, 'secretHash' | 'prefix' | 'lastFour'> {
    return {
      secretHash: this.hasher.hash(secret),
      prefix: secret.slice(0, PREFIX_LENGTH),
      lastFour: secret.slice(-4),
    };
  }
}

function toColumns<T extends ApiKeyChange>(change: T, known?: ApiKeyEntity): Omit<T, 'tokenRateLimit'> {
  const { tokenRateLimit, ...columns } = change;
  if (tokenRateLimit === undefined) return columns;
  const { tokens, windowSeconds } = tokenRateLimit
    ? { ...(known && tokenRateLimitOf(known)), ...tokenRateLimit }
    : { tokens: null, windowSeconds: null };
  if (tokens === undefined) throw missing('tokenRateLimit.tokens');
  if (windowSeconds === undefined) throw missing('tokenRateLimit.windowSeconds');
  return { ...columns, tokenRateLimitTokens: tokens, tokenRateLimitWindowSeconds: windowSeconds };
}

function missing(field: string): DomainError {
  const problem = `${field} is required.`;
  return new DomainError('invalid_request', problem, { message: problem, param: field, problems: [problem] });
}

function assertNamedExist(tx: Tx, { accountId, group }: Partial<ApiKeyDraft>): Promise<void> {
  return assertReferencesExist(tx, [
    {
      ...{ table: 'account', column: 'id', noun: 'account' },
      named: accountId === undefined ? [] : [['accountId', accountId]],
    },
    {
      ...{ table: 'account_group', column: 'name', noun: 'group' },
      named: group == null ? [] : [['group', group]],
    },
  ]);
}

const INVALID_PARAMETER_VALUE = '22023';

async function translateRefusal<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (isForeignKeyViolation(error, 'api_key_account_fkey')) throw refusal('accountId', 'an existing account', error);
    if (isForeignKeyViolation(error, 'api_key_group_fkey')) throw refusal('group', 'an existing group', error);
    // Postgres cuts the periods of points, so it must know the zone, whatever this process knows.
    if ((error as { code?: string }).code === INVALID_PARAMETER_VALUE)
      throw refusal('timeZone', 'an IANA time zone', error);
    throw error;
  }
}

function refusal(field: string, what: string, cause: unknown): DomainError {
  const problem = `${field} must name ${what}.`;
  return new DomainError('invalid_request', problem, { message: problem, param: field, problems: [problem], cause });
}
