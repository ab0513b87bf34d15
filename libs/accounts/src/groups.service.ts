import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { isForeignKeyViolation, isUniqueViolation, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import type { AccountGroupEntity } from './account-group.entity.js';
import type { GroupChange, GroupDraft, GroupVersion } from './group.js';
import { GroupsRepository } from './groups.repository.js';

/** Administers groups. The group `default` always exists. */
@Injectable()
export class GroupsService {
  constructor(private readonly repository: GroupsRepository) {}

  /** Throws `conflict` where the name is taken. */
  async create(tx: Tx, draft: GroupDraft): Promise<AccountGroupEntity> {
    try {
      await this.repository.insert(tx, draft);
    } catch (error) {
      if (!isUniqueViolation(error, 'account_group_name_unique')) throw error;
      throw new DomainError('conflict', 'group name taken', {
        message: 'A group of this name exists already.',
        cause: error,
      });
    }
    return this.get(tx, draft.name);
  }

  /** Groups, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccountGroupEntity>> {
    return this.repository.list(tx, page);
  }

  /** Throws `not_found`. */
  async get(tx: Tx, name: string): Promise<AccountGroupEntity> {
    const group = await this.repository.find(tx, name);
    if (!group) throw new DomainError('not_found', 'group');
    return group;
  }

  /** Changes what is told. Throws `not_found`, or `conflict` where `ifMatch` is not the present version. */
  async update(tx: Tx, { name, ifMatch }: GroupVersion, change: GroupChange): Promise<AccountGroupEntity> {
    const group = await this.repository.lock(tx, name, ifMatch);
    if (Object.keys(change).length === 0) return group;
    await this.repository.update(tx, name, change);
    return this.get(tx, name);
  }

  /** Throws `not_found`, or `conflict` while an account, key, channel or rule refers to the group, and always for `default`. */
  async delete(tx: Tx, { name, ifMatch }: GroupVersion): Promise<void> {
    await this.repository.lock(tx, name, ifMatch);
    try {
      await this.repository.delete(tx, name);
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new DomainError('conflict', 'group in use', { message: 'The group is still in use.', cause: error });
    }
  }
}
