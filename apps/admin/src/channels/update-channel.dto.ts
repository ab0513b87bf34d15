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
const TASK_TIMEOUT_MS_MAX = 604_800_000;
const CONCURRENCY_MAX = 1_000_000;

const TimeoutField = (description: string) =>
  IntegerField(1, TIMEOUT_MS_MAX, { optional: true, nullable: true, default: null, description });

/** Changes of a channel; what is absent stays, null clears. */
export class UpdateChannelDto {
  /** For people; need not be unique. */
  @HumanNameField({ optional: true })
  name?: string;

  /** Which dialect the upstream speaks, and with which quirks. */
  @EnumField(PROVIDER_NAMES, {
    optional: true,
    description: 'Which dialect the upstream speaks, and with which quirks.',
  })
  provider?: Provider;

  /** Where the upstream is reached. Another one demands `keys`. */
  @Field(baseUrlRule, {
    optional: true,
    description:
      'http or https, up to the version path, which a bare origin gets by itself; not a call such as /chat/completions. Changing it demands keys anew.',
  })
  baseUrl?: string;

  /** Replaces every key; only together with `baseUrl`. */
  @ListField(CreateChannelKeyDto, {
    optional: true,
    max: KEYS_MAX,
    description:
      'Secrets the upstream is called with. In a PATCH they replace every key, and only together with baseUrl.',
  })
  keys?: CreateChannelKeyDto[];

  /** The upstream's names by public name; merged. */
  @Field(modelsPatchRule, {
    optional: true,
    description: "The upstream's names of models by public name; merged, null takes one out.",
    example: { 'gpt-4o-mini': 'gpt-4o-mini-2024-07-18', 'gpt-4': null },
  })
  models?: Record<string, string | null>;

  /** Groups whose requests may use the channel. */
  @ListField(nameRule, {
    optional: true,
    min: 1,
    max: GROUPS_MAX,
    unique: true,
    default: ['default'],
    description: 'Groups whose requests may use the channel.',
  })
  groups?: string[];

  /** Higher ones are used first. */
  @IntegerField(-PRIORITY_MAX, PRIORITY_MAX, { optional: true, default: 0, description: 'Higher ones are used first.' })
  priority?: number;

  /** Share of requests among channels of one priority. */
  @IntegerField(1, WEIGHT_MAX, { optional: true, default: 1, description: 'Share of requests within a priority.' })
  weight?: number;

  /** A disabled channel is not used. */
  @BooleanField({ optional: true, default: true, description: 'A disabled channel is not used.' })
  enabled?: boolean;

  /** Until the connection stands. */
  @TimeoutField('Milliseconds until the connection stands; 5000 unless set.')
  connectTimeoutMs?: number | null;

  /** Until the first byte of the answer. */
  @TimeoutField(
    'Milliseconds until the first byte; unless set 120000 for a stream, and the total limit for a plain request.',
  )
  firstByteTimeoutMs?: number | null;

  /** Between two pieces of the answer. */
  @TimeoutField(
    'Milliseconds between two pieces; unless set 60000 for a stream, and the total limit for a plain request.',
  )
  idleTimeoutMs?: number | null;

  /** Of a whole attempt. */
  @TimeoutField('Milliseconds of a whole attempt; unless set 280000 for a plain request and an hour for a stream.')
  totalTimeoutMs?: number | null;

  /** Of a whole task. */
  @IntegerField(1, TASK_TIMEOUT_MS_MAX, {
    optional: true,
    nullable: true,
    default: null,
    description: 'Milliseconds that a task, such as a video, may run; a day unless set, a week at most.',
  })
  taskTimeoutMs?: number | null;

  /** Requests in flight at any time. */
  @IntegerField(1, CONCURRENCY_MAX, {
    optional: true,
    nullable: true,
    description: 'Requests in flight at any time. Null: no bound.',
    default: null,
  })
  concurrencyMax?: number | null;
}
