import { Module } from '@nestjs/common';
import { AccessRuleBook } from './access-rule-book.js';
import { AccessRulesRepository } from './access-rules.repository.js';
import { AccessRulesService } from './access-rules.service.js';

/** Access rules: administered through the service, decided by through the book. Needs the platform's global module. */
@Module({
  providers: [AccessRulesRepository, AccessRulesService, AccessRuleBook],
  exports: [AccessRulesService, AccessRuleBook],
})
export class AccessRulesModule {}
