import { ACCOUNT_STATUSES, type AccountStatus } from '@tokenbay/accounts';
import {
  EnumField,
  IntegerField,
  ListField,
  NameField,
  ObjectField,
  ParallelRequestsField,
  TextField,
  TokenRateLimitField,
  UpdateTokenRateLimitDto,
} from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { nameRule } from '../http/rules.js';
import { WebhookSecretField, WebhookUrlField } from './webhook.fields.js';

const EXTERNAL_ID_LENGTH_MAX = 200;
const ALLOWED_GROUPS_MAX = 100;

/** Changes of a rate limit; what is absent stays. */
export class UpdateRateLimitDto {
  /** Requests per window. */
  @IntegerField(1, 1_000_000_000, {
    optional: true,
    description: 'Requests per window; needed where there is no limit yet.',
  })
  requests?: number;

  /** Length of the window in seconds, up to a day. */
  @IntegerField(1, 86_400, {
    optional: true,
    description: 'Length of the sliding window in seconds, up to a day; needed where there is no limit yet.',
  })
  windowSeconds?: number;
}

/** Changes of an account; what is absent stays, null clears. */
export class UpdateAccountDto {
  /** For people; need not be unique. */
  @HumanNameField({ optional: true })
  name?: string;

  /** The account's id in the operator's own books. */
  @TextField(EXTERNAL_ID_LENGTH_MAX, {
    optional: true,
    nullable: true,
    description: 'Unique; your own id of the account. Null: none.',
    default: null,
    example: 'customer-4711',
  })
  externalId?: string | null;

  /** The group of keys that name none. */
  @NameField({ optional: true, description: 'The group of keys that name none.', default: 'default', example: 'vip' })
  group?: string;

  /** The groups that keys may belong to; complete. */
  @ListField(nameRule, {
    optional: true,
    max: ALLOWED_GROUPS_MAX,
    unique: true,
    description: "The groups open to the account's keys; until it is set, the account's own group, whichever that is.",
  })
  allowedGroups?: string[];

  /** Every request of a banned account is refused. */
  @EnumField(ACCOUNT_STATUSES, {
    optional: true,
    description: 'Every request of a banned account is refused.',
    default: 'active',
  })
  status?: AccountStatus;

  /** How many requests the account may make, over all its keys. */
  @ObjectField(UpdateRateLimitDto, {
    optional: true,
    nullable: true,
    description:
      'How many requests the account may make, over all its keys; a part leaves the other as it is. Null: no limit.',
  })
  rateLimit?: UpdateRateLimitDto | null;

  /** How many tokens its requests may consume, over all its keys. */
  @TokenRateLimitField('the account', UpdateTokenRateLimitDto)
  tokenRateLimit?: UpdateTokenRateLimitDto | null;

  /** How many of its requests may run at the same time, over all its keys. */
  @ParallelRequestsField('the account')
  parallelRequestsMax?: number | null;

  /** Where it is told that a video of its is completed or failed. */
  @WebhookUrlField()
  webhookUrl?: string | null;

  /** What those messages are signed with. */
  @WebhookSecretField()
  webhookSecret?: string | null;
}
