import { Injectable } from '@nestjs/common';
import { listPage, lockRow, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { AccountEntity } from './account.entity.js';

/** The columns of an account that administrators write. */
export type AccountColumns = Omit<AccountEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Reads and writes `account`. The database refuses groups that do not exist and external ids that are taken. */
@Injectable()
export class AccountsRepository {
  /** Accounts, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccountEntity>> {
    return listPage(tx, AccountEntity, page);
  }

  /** The account of an id, null where there is none. */
  find(tx: Tx, id: string): Promise<AccountEntity | null> {
    return tx.findOneBy(AccountEntity, { id });
  }

  /** Locks the account until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, id: string, ifMatch?: number): Promise<AccountEntity> {
    return lockRow(tx, AccountEntity, { id }, ifMatch);
  }

  /** Answers the new row's id. */
  async insert(tx: Tx, columns: Partial<AccountColumns>): Promise<string> {
    const { identifiers } = await tx.insert(AccountEntity, columns);
    return identifiers[0]!['id'] as string;
  }

  /** Writes what is told and counts the version up. */
  async update(tx: Tx, id: string, columns: Partial<AccountColumns>): Promise<void> {
    await tx.update(AccountEntity, { id }, columns);
  }

  /** A change of what belongs to an account is a new version of it. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query('UPDATE account SET version = version + 1, updated_at = now() WHERE id = $1', [id]);
  }
}
