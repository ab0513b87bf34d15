import { Module } from '@nestjs/common';
import { AccessRulesModule } from '@tokenbay/access-rules';
import { AccessRulesController } from './access-rules.controller.js';

/** The administration of access rules. */
@Module({ imports: [AccessRulesModule], controllers: [AccessRulesController] })
export class AccessRulesAdminModule {}
