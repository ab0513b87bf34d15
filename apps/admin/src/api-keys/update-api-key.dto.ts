import { API_KEY_STATUSES, type ApiKeyStatus } from '@tokenbay/keys';
import {
  EnumField,
  InstantField,
  ListField,
  NameField,
  ParallelRequestsField,
  PointsField,
  TimeZoneField,
  TokenRateLimitField,
  UpdateTokenRateLimitDto,
} from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { namePatternRule } from '../http/rules.js';
import { type PointLimitDto, PointLimitsField } from './point-limits.field.js';

const MODEL_LIST_MAX = 1_000;

/** Changes of a key; what is absent stays, null clears. */
export class UpdateApiKeyDto {
  /** For people; need not be unique. */
  @HumanNameField({ optional: true })
  name?: string;

  /** Null takes the account's group. */
  @NameField({
    optional: true,
    nullable: true,
    description: "Null: the account's group.",
    default: null,
    example: 'vip',
  })
  group?: string | null;

  /** Suspended and archived keys are unavailable to clients; archived ones cannot be reset. */
  @EnumField(API_KEY_STATUSES, {
    optional: true,
    description: 'Suspended and archived keys are unavailable; archived ones cannot be reset.',
    default: 'active',
  })
  status?: ApiKeyStatus;

  /** From this instant on the key is refused. */
  @InstantField({
    optional: true,
    nullable: true,
    description: 'From then on the key is refused. Null: never.',
    default: null,
  })
  expiresAt?: Date | null;

  /** Micropoints inside; what the key may use in its life. */
  @PointsField({
    optional: true,
    nullable: true,
    description: 'Points the key may use in its life. Null: no limit.',
    default: null,
  })
  pointQuota?: number | null;

  /** What the key may use in each period. */
  @PointLimitsField({ optional: true, default: [] })
  pointLimits?: PointLimitDto[];

  /** Where the key's periods begin and end. */
  @TimeZoneField({ optional: true, description: "Where the key's periods begin and end.", default: 'UTC' })
  timeZone?: string;

  /** The only models the key may use. */
  @ListField(namePatternRule, {
    optional: true,
    nullable: true,
    min: 1,
    max: MODEL_LIST_MAX,
    description: 'The only models the key may use; * at the end of a name stands for any rest. Null: no restriction.',
    default: null,
  })
  modelAllowlist?: string[] | null;

  /** Models the key may not use, whatever the allowlist says. */
  @ListField(namePatternRule, {
    optional: true,
    nullable: true,
    min: 1,
    max: MODEL_LIST_MAX,
    description: 'Models the key may not use, whatever modelAllowlist says. Null: no restriction.',
    default: null,
  })
  modelDenylist?: string[] | null;

  /** How many tokens its requests may consume. */
  @TokenRateLimitField('the key', UpdateTokenRateLimitDto)
  tokenRateLimit?: UpdateTokenRateLimitDto | null;

  /** How many of its requests may run at the same time. */
  @ParallelRequestsField('the key')
  parallelRequestsMax?: number | null;
}
