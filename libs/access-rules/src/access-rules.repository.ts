import { Injectable } from '@nestjs/common';
import { listPage, lockRow, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { AccessRuleEntity } from './access-rule.entity.js';

/** The columns of a rule that administrators write. */
export type AccessRuleColumns = Omit<AccessRuleEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Reads and writes `access_rule`. The database refuses scopes that do not exist. */
@Injectable()
export class AccessRulesRepository {
  /** A page of rules, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccessRuleEntity>> {
    return listPage(tx, AccessRuleEntity, page);
  }

  /** Every rule in force, oldest first. */
  enabled(tx: Tx): Promise<AccessRuleEntity[]> {
    return tx.find(AccessRuleEntity, { where: { enabled: true }, order: { id: 'ASC' } });
  }

  /** The rule, null where there is none. */
  find(tx: Tx, id: string): Promise<AccessRuleEntity | null> {
    return tx.findOneBy(AccessRuleEntity, { id });
  }

  /** Locks the rule until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, id: string, ifMatch?: number): Promise<AccessRuleEntity> {
    return lockRow(tx, AccessRuleEntity, { id }, ifMatch);
  }

  /** Answers the new row's id. */
  async insert(tx: Tx, columns: Partial<AccessRuleColumns>): Promise<string> {
    const { identifiers } = await tx.insert(AccessRuleEntity, columns);
    return identifiers[0]!['id'] as string;
  }

  /** Writes columns; the version grows by one. */
  async update(tx: Tx, id: string, columns: Partial<AccessRuleColumns>): Promise<void> {
    await tx.update(AccessRuleEntity, { id }, columns);
  }

  /** Removes the row. */
  async delete(tx: Tx, id: string): Promise<void> {
    await tx.delete(AccessRuleEntity, { id });
  }
}
