import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity, Index, Unique } from 'typeorm';

/** `suspended` and `archived` look alike to clients; an archived key is never reset. */
export const API_KEY_STATUSES = ['active', 'disabled', 'suspended', 'archived'] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

/** A key of an account. The secret itself is nowhere in the database. */
@Entity('api_key')
@Unique('api_key_secret_hash_unique', ['secretHash'])
@Index('api_key_account', ['accountId', 'id'])
@Index('api_key_group_name', ['group'])
@Check('api_key_status_known', `status IN ('active', 'disabled', 'suspended', 'archived')`)
@Check('api_key_time_zone_known', `time_zone ~ '^[A-Za-z]' AND timezone(time_zone, timestamptz 'epoch') IS NOT NULL`)
@Check('api_key_model_lists_not_empty', 'cardinality(model_allowlist) > 0 AND cardinality(model_denylist) > 0')
@Check('api_key_secret_hash_length', 'octet_length(secret_hash) = 32')
@Check(
  'api_key_token_rate_limit_whole',
  '(token_rate_limit_tokens IS NULL) = (token_rate_limit_window_seconds IS NULL)',
)
@Check('api_key_token_rate_limit_positive', 'token_rate_limit_tokens > 0 AND token_rate_limit_window_seconds > 0')
@Check('api_key_parallel_requests_max_positive', 'parallel_requests_max > 0')
export class ApiKeyEntity extends ConfigurationEntity {
  @Column({ name: 'account_id', type: 'bigint', update: false })
  accountId!: string;

  @Column({ type: 'text' })
  name!: string;

  /** Null takes the account's group. */
  @Column({ name: 'group_name', type: 'text', nullable: true })
  group!: string | null;

  @Column({ type: 'text', default: 'active' })
  status!: ApiKeyStatus;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  /** The IANA zone in which the key's periods of points begin and end. */
  @Column({ name: 'time_zone', type: 'text', default: 'UTC' })
  timeZone!: string;

  /** Null is no restriction; never empty. */
  @Column({ name: 'model_allowlist', type: 'text', array: true, nullable: true })
  modelAllowlist!: string[] | null;

  /** Beats the allowlist; null is no restriction; never empty. */
  @Column({ name: 'model_denylist', type: 'text', array: true, nullable: true })
  modelDenylist!: string[] | null;

  /** True exactly where the ledger keeps a quota or periodic limits of this key. */
  @Column({ name: 'has_budget', type: 'boolean', default: false })
  hasBudget!: boolean;

  @Column({ name: 'token_rate_limit_tokens', type: 'integer', nullable: true })
  tokenRateLimitTokens!: number | null;

  @Column({ name: 'token_rate_limit_window_seconds', type: 'integer', nullable: true })
  tokenRateLimitWindowSeconds!: number | null;

  /** How many requests may run at the same time; null is no limit. */
  @Column({ name: 'parallel_requests_max', type: 'integer', nullable: true })
  parallelRequestsMax!: number | null;

  /** HMAC-SHA-256 of the secret under the pepper of `SECRETS_KEY`. */
  @Column({ name: 'secret_hash', type: 'bytea' })
  secretHash!: Buffer;

  /** The first characters of the secret, for people to tell keys apart. */
  @Column({ type: 'text' })
  prefix!: string;

  @Column({ name: 'last_four', type: 'text' })
  lastFour!: string;
}
