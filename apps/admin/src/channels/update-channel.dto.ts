import { PROVIDER_NAMES, type Provider } from '@tokenbay/channels';
import { BooleanField, EnumField, Field, IntegerField, ListField } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { nameRule } from '../http/rules.js';
import { CreateChannelKeyDto } from './channel-key.dto.js';
import { baseUrlRule, modelsPatchRule } from './channel.rules.js';

const GROUPS_MAX = 100;
const KEYS_MAX = 100;
const PRIORITY_MAX = 1_000_000;
const WEIGHT_MAX = 10_000;
const TIMEOUT_MS_MAX = 3_600_000;
const CONCURRENCY_MAX = 1_000_000;

const TimeoutField = (description: string) =>
  IntegerField(1, TIMEOUT_MS_MAX, { optional: true, nullable: true, description });

/** Changes of a channel; what is absent stays, null clears. */
export class UpdateChannelDto {
  /** For people; need not be unique. */
  @HumanNameField({ optional: true })
  name?: string;

  /** Which dialect the upstream speaks, and with which quirks. */
  @EnumField(PROVIDER_NAMES, { optional: true })
  provider?: Provider;

  /** Where the upstream is reached. Another one demands `keys`. */
  @Field(baseUrlRule, {
    optional: true,
    description: 'http or https; a bare origin gets the version path of the provider. Changing it demands keys anew.',
  })
  baseUrl?: string;

  /** Replaces every key; only together with `baseUrl`. */
  @ListField(CreateChannelKeyDto, { optional: true, max: KEYS_MAX, description: 'Only together with baseUrl.' })
  keys?: CreateChannelKeyDto[];

  /** The upstream's names by public name; merged. */
  @Field(modelsPatchRule, { optional: true, description: 'Public name to upstream name; merged, null takes one out.' })
  models?: Record<string, string | null>;

  /** Groups whose requests may use the channel. */
  @ListField(nameRule, { optional: true, min: 1, max: GROUPS_MAX, unique: true, default: ['default'] })
  groups?: string[];

  /** Higher ones are used first. */
  @IntegerField(-PRIORITY_MAX, PRIORITY_MAX, { optional: true, default: 0, description: 'Higher ones are used first.' })
  priority?: number;

  /** Share of requests among channels of one priority. */
  @IntegerField(1, WEIGHT_MAX, { optional: true, default: 1, description: 'Share of requests within a priority.' })
  weight?: number;

  /** A disabled channel is not used. */
  @BooleanField({ optional: true, default: true })
  enabled?: boolean;

  /** Until the connection stands. */
  @TimeoutField('Until the connection stands; 5000 unless set.')
  connectTimeoutMs?: number | null;

  /** Until the first byte of the answer. */
  @TimeoutField('Until the first byte; unless set 120000 for a stream, and the total limit for a plain request.')
  firstByteTimeoutMs?: number | null;

  /** Between two pieces of the answer. */
  @TimeoutField('Between two pieces; unless set 60000 for a stream, and the total limit for a plain request.')
  idleTimeoutMs?: number | null;

  /** Of a whole attempt. */
  @TimeoutField('Of a whole attempt; unless set 280000 for a plain request and an hour for a stream.')
  totalTimeoutMs?: number | null;

  /** Requests in flight at any time. */
  @IntegerField(1, CONCURRENCY_MAX, { optional: true, nullable: true, description: 'In flight; null: no bound.' })
  concurrencyMax?: number | null;
}
