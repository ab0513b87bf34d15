import { Injectable } from '@nestjs/common';
import { listPage, lockRow, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { AccountGroupEntity } from './account-group.entity.js';
import type { GroupChange, GroupDraft } from './group.js';

/** Reads and writes `account_group`. */
@Injectable()
export class GroupsRepository {
  /** Every group there is. */
  all(tx: Tx): Promise<AccountGroupEntity[]> {
    return tx.find(AccountGroupEntity);
  }

  /** Groups, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccountGroupEntity>> {
    return listPage(tx, AccountGroupEntity, page);
  }

  /** The group of a name, null where there is none. */
  find(tx: Tx, name: string): Promise<AccountGroupEntity | null> {
    return tx.findOneBy(AccountGroupEntity, { name });
  }

  /** Locks the group until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, name: string, ifMatch?: number): Promise<AccountGroupEntity> {
    return lockRow(tx, AccountGroupEntity, { name }, ifMatch);
  }

  /** Answers the new row's id. The database refuses a name that is taken. */
  async insert(tx: Tx, draft: GroupDraft): Promise<string> {
    const { identifiers } = await tx.insert(AccountGroupEntity, draft);
    return identifiers[0]!['id'] as string;
  }

  /** Writes what is told and counts the version up. */
  async update(tx: Tx, name: string, change: GroupChange): Promise<void> {
    await tx.update(AccountGroupEntity, { name }, change);
  }

  /** The database refuses while anything refers to the group. */
  async delete(tx: Tx, name: string): Promise<void> {
    await tx.delete(AccountGroupEntity, { name });
  }
}
