export { AccessRuleBook, type Caller } from './access-rule-book.js';
export { AccessRuleEntity, scopeOf } from './access-rule.entity.js';
export {
  CIDRS_MAX,
  DAYS,
  RULE_TYPES,
  SCOPE_TYPES,
  WINDOWS_MAX,
  type AccessRuleChange,
  type AccessRuleDraft,
  type Day,
  type RuleScope,
  type RuleType,
  type ScopeType,
  type TimeWindow,
} from './access-rule.js';
export { AccessRulesModule } from './access-rules.module.js';
export { AccessRulesService } from './access-rules.service.js';
export { readTimeOfDay } from './time-of-day.js';
