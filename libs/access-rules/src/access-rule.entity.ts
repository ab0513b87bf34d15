import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity, Index } from 'typeorm';
import type { RuleScope, RuleType, ScopeType, TimeWindow } from './access-rule.js';

/** From where and when requests are allowed, for one scope. Type and scope never change. */
@Entity('access_rule')
@Index('access_rule_group_name', ['groupName'])
@Index('access_rule_account', ['accountId'])
@Index('access_rule_api_key', ['apiKeyId'])
@Check('access_rule_type_known', `type IN ('ip_blacklist', 'ip_whitelist', 'time_window')`)
@Check(
  'access_rule_scope_whole',
  `CASE scope_type
    WHEN 'global' THEN num_nonnulls(group_name, account_id, api_key_id) = 0
    WHEN 'group' THEN group_name IS NOT NULL AND num_nonnulls(account_id, api_key_id) = 0
    WHEN 'account' THEN account_id IS NOT NULL AND num_nonnulls(group_name, api_key_id) = 0
    WHEN 'apiKey' THEN api_key_id IS NOT NULL AND num_nonnulls(group_name, account_id) = 0
    ELSE false END`,
)
@Check(
  'access_rule_content_whole',
  `CASE WHEN type = 'time_window'
    THEN cidrs IS NULL AND num_nulls(windows, time_zone) = 0
    ELSE cidrs IS NOT NULL AND num_nonnulls(windows, time_zone) = 0 END`,
)
@Check('access_rule_cidrs_well_formed', 'cidrs IS NULL OR (cardinality(cidrs) > 0 AND cidrs::cidr[] IS NOT NULL)')
@Check('access_rule_windows_not_empty', `windows IS NULL OR jsonb_array_length(windows) > 0`)
export class AccessRuleEntity extends ConfigurationEntity {
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;

  @Column({ type: 'text', update: false })
  type!: RuleType;

  @Column({ name: 'scope_type', type: 'text', update: false })
  scopeType!: ScopeType;

  @Column({ name: 'group_name', type: 'text', nullable: true, update: false })
  groupName!: string | null;

  @Column({ name: 'account_id', type: 'bigint', nullable: true, update: false })
  accountId!: string | null;

  @Column({ name: 'api_key_id', type: 'bigint', nullable: true, update: false })
  apiKeyId!: string | null;

  /** Canonical, of rules about addresses; null in others. */
  @Column({ type: 'text', array: true, nullable: true })
  cidrs!: string[] | null;

  /** Of rules about time; null in others. */
  @Column({ type: 'jsonb', nullable: true })
  windows!: TimeWindow[] | null;

  /** The zone of `windows`; null where there are none. */
  @Column({ name: 'time_zone', type: 'text', nullable: true })
  timeZone!: string | null;
}

/** The scope of a row, as administrators know it. */
export function scopeOf({ scopeType, groupName, accountId, apiKeyId }: AccessRuleEntity): RuleScope {
  return { type: scopeType, id: groupName ?? accountId ?? apiKeyId };
}
