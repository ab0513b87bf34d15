import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity, Index, Unique } from 'typeorm';

/** Whether an account may call at all. */
export const ACCOUNT_STATUSES = ['active', 'banned'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** Who owns keys and points. */
@Entity('account')
@Unique('account_external_id_unique', ['externalId'])
@Index('account_group_name', ['group'])
@Check('account_status_known', `status IN ('active', 'banned')`)
@Check('account_rate_limit_whole', '(rate_limit_requests IS NULL) = (rate_limit_window_seconds IS NULL)')
@Check('account_rate_limit_positive', 'rate_limit_requests > 0 AND rate_limit_window_seconds > 0')
@Check(
  'account_token_rate_limit_whole',
  '(token_rate_limit_tokens IS NULL) = (token_rate_limit_window_seconds IS NULL)',
)
@Check('account_token_rate_limit_positive', 'token_rate_limit_tokens > 0 AND token_rate_limit_window_seconds > 0')
@Check('account_parallel_requests_max_positive', 'parallel_requests_max > 0')
export class AccountEntity extends ConfigurationEntity {
  @Column({ type: 'text' })
  name!: string;

  /** The account's id in the operator's own books. */
  @Column({ name: 'external_id', type: 'text', nullable: true })
  externalId!: string | null;

  /** The group of keys that name none. */
  @Column({ name: 'group_name', type: 'text', default: 'default' })
  group!: string;

  /** The groups open to the account's keys; null means just its own group, whichever that is. */
  @Column({ name: 'allowed_groups', type: 'text', array: true, nullable: true })
  allowedGroups!: string[] | null;

  @Column({ type: 'text', default: 'active' })
  status!: AccountStatus;

  @Column({ name: 'rate_limit_requests', type: 'integer', nullable: true })
  rateLimitRequests!: number | null;

  @Column({ name: 'rate_limit_window_seconds', type: 'integer', nullable: true })
  rateLimitWindowSeconds!: number | null;

  @Column({ name: 'token_rate_limit_tokens', type: 'integer', nullable: true })
  tokenRateLimitTokens!: number | null;

  @Column({ name: 'token_rate_limit_window_seconds', type: 'integer', nullable: true })
  tokenRateLimitWindowSeconds!: number | null;

  /** How many requests may run at the same time; null is no limit. */
  @Column({ name: 'parallel_requests_max', type: 'integer', nullable: true })
  parallelRequestsMax!: number | null;
}
