import { Module } from '@nestjs/common';
import { AccountsModule } from '@tokenbay/accounts';
import { GroupsController } from './groups.controller.js';

/** The administration of groups. */
@Module({ imports: [AccountsModule], controllers: [GroupsController] })
export class GroupsAdminModule {}
