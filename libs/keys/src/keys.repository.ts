import { Injectable } from '@nestjs/common';
import { listPage, lockRow, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { In } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyUseEntity } from './api-key-use.entity.js';

/** The columns of a key that are written. */
export type ApiKeyColumns = Omit<ApiKeyEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Which keys, and which page of them. */
export interface ApiKeyListRequest extends PageRequest {
  readonly accountId?: string;
}

/** Reads and writes `api_key` and `api_key_use`. The database refuses accounts, groups and time zones that do not exist. */
@Injectable()
export class KeysRepository {
  /** Keys, of one account where it is given, newest first. */
  list(tx: Tx, { accountId, ...page }: ApiKeyListRequest): Promise<Page<ApiKeyEntity>> {
    return listPage(tx, ApiKeyEntity, accountId === undefined ? page : { ...page, where: { accountId } });
  }

  /** The key of an id, null where there is none. */
  find(tx: Tx, id: string): Promise<ApiKeyEntity | null> {
    return tx.findOneBy(ApiKeyEntity, { id });
  }

  /** The key of a secret, null where there is none. */
  findBySecretHash(tx: Tx, secretHash: Buffer): Promise<ApiKeyEntity | null> {
    return tx.findOneBy(ApiKeyEntity, { secretHash });
  }

  /** Locks the key until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, id: string, ifMatch?: number): Promise<ApiKeyEntity> {
    return lockRow(tx, ApiKeyEntity, { id }, ifMatch);
  }

  /** Answers the new row's id. */
  async insert(tx: Tx, columns: Partial<ApiKeyColumns>): Promise<string> {
    const { identifiers } = await tx.insert(ApiKeyEntity, columns);
    return identifiers[0]!['id'] as string;
  }

  /** Writes what is told and counts the version up. */
  async update(tx: Tx, id: string, columns: Partial<ApiKeyColumns>): Promise<void> {
    await tx.update(ApiKeyEntity, { id }, columns);
  }

  /** The last uses of those keys that were ever used. */
  lastUses(tx: Tx, ids: readonly string[]): Promise<ApiKeyUseEntity[]> {
    return tx.findBy(ApiKeyUseEntity, { apiKeyId: In([...ids]) });
  }

  /**
   * Writes last uses, never moving one back. Sorted by id, so that two processes cannot wait for each other; keys that are gone by now
   * are passed over.
   */
  async recordUses(tx: Tx, ids: readonly string[], usedAtMs: readonly number[]): Promise<void> {
    await tx.query(
      `INSERT INTO api_key_use AS known (api_key_id, last_used_at)
         SELECT used.id, to_timestamp(used.at_ms / 1000)
         FROM unnest($1::bigint[], $2::double precision[]) AS used (id, at_ms)
         JOIN api_key ON api_key.id = used.id
         ORDER BY used.id
       ON CONFLICT (api_key_id) DO UPDATE SET last_used_at = excluded.last_used_at
         WHERE known.last_used_at < excluded.last_used_at`,
      [ids, usedAtMs],
    );
  }
}
