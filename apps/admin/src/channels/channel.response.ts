import { ApiProperty } from '@nestjs/swagger';
import {
  type ChannelKeyEntity,
  type ChannelWithKeys,
  PROVIDER_NAMES,
  type Provider,
  TIME_LIMIT_DEFAULTS,
} from '@tokenbay/channels';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';

/** A key of a channel as administrators see it: never its secret. */
export class ChannelKeyResponse {
  @ApiProperty({ description: 'The id of the key.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'How the secret ends; empty where it is too short to show any of it.', example: 'x9Qz' })
  lastFour!: string;

  @ApiProperty({ description: 'Share of the requests among the keys.', example: 1 })
  weight!: number;

  @ApiProperty({ description: 'A disabled key is not used.' })
  enabled!: boolean;

  @ApiProperty({ description: 'Whether requests use it.', enum: ['ready', 'disabled'] })
  state!: 'ready' | 'disabled';

  @ApiProperty({
    description: 'Why it is not used; null where it is, or where an administrator disabled it.',
    type: String,
    nullable: true,
  })
  reason!: string | null;

  @ApiProperty({
    description: 'When it will be used again; null where that is not known.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  until!: string | null;
}

/** A channel as administrators see it. */
export class ChannelResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'The id; never changes.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'For people; need not be unique.', example: 'main' })
  name!: string;

  @ApiProperty({ description: 'Which dialect the upstream speaks, and with which quirks.', enum: PROVIDER_NAMES })
  provider!: Provider;

  @ApiProperty({
    description: 'Where the upstream is reached, version path included.',
    example: 'https://api.openai.com/v1',
  })
  baseUrl!: string;

  @ApiProperty({ description: 'What it is called with; never the secrets.', type: [ChannelKeyResponse] })
  keys!: ChannelKeyResponse[];

  @ApiProperty({
    description: "The upstream's names of models by public name.",
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  models!: Readonly<Record<string, string>>;

  @ApiProperty({ description: 'Groups whose requests may use the channel.', type: [String], example: ['default'] })
  groups!: readonly string[];

  @ApiProperty({ description: 'Higher ones are used first.', example: 0 })
  priority!: number;

  @ApiProperty({ description: 'Share of the requests among channels of one priority.', example: 1 })
  weight!: number;

  @ApiProperty({ description: 'A disabled channel is not used.' })
  enabled!: boolean;

  @ApiProperty({ description: 'Milliseconds until the connection stands.', example: 5_000 })
  connectTimeoutMs!: number;

  @ApiProperty({
    description: 'Milliseconds until the first byte of the answer; where none was set, that of a stream.',
    example: 120_000,
  })
  firstByteTimeoutMs!: number;

  @ApiProperty({
    description: 'Milliseconds between two pieces of the answer; where none was set, that of a stream.',
    example: 60_000,
  })
  idleTimeoutMs!: number;

  @ApiProperty({
    description:
      'Milliseconds of a whole attempt; where none was set, that of a plain request, and a stream may last an hour.',
    example: 280_000,
  })
  totalTimeoutMs!: number;

  @ApiProperty({ description: 'Requests in flight at any time. Null: no bound.', type: Number, nullable: true })
  concurrencyMax!: number | null;
}

/** Renders a channel. */
export function toChannelResponse({ channel, keys }: ChannelWithKeys): ChannelResponse {
  const { id, name, provider, baseUrl, models, groups, priority, weight, enabled, concurrencyMax } = channel;
  return {
    id,
    name,
    provider,
    baseUrl,
    keys: keys.map(toChannelKeyResponse),
    models,
    groups,
    priority,
    weight,
    enabled,
    connectTimeoutMs: channel.connectTimeoutMs ?? TIME_LIMIT_DEFAULTS.connectTimeoutMs,
    firstByteTimeoutMs: channel.firstByteTimeoutMs ?? TIME_LIMIT_DEFAULTS.firstByteTimeoutMs,
    idleTimeoutMs: channel.idleTimeoutMs ?? TIME_LIMIT_DEFAULTS.idleTimeoutMs,
    totalTimeoutMs: channel.totalTimeoutMs ?? TIME_LIMIT_DEFAULTS.totalTimeoutMs,
    concurrencyMax,
    ...toConfigurationResponse(channel),
  };
}

/** Renders a key. */
export function toChannelKeyResponse({ id, lastFour, weight, enabled }: ChannelKeyEntity): ChannelKeyResponse {
  return { id, lastFour, weight, enabled, state: enabled ? 'ready' : 'disabled', reason: null, until: null };
}
