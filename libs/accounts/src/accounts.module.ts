import { Module } from '@nestjs/common';
import { AccountsReader } from './accounts-reader.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { GroupCatalog } from './group-catalog.js';
import { GroupsRepository } from './groups.repository.js';
import { GroupsService } from './groups.service.js';

/** Accounts and groups: administered through the services, decided by through reader and catalogue. Needs the platform's global module. */
@Module({
  providers: [AccountsRepository, AccountsService, AccountsReader, GroupsRepository, GroupsService, GroupCatalog],
  exports: [AccountsService, AccountsReader, GroupsService, GroupCatalog],
})
export class AccountsModule {}
