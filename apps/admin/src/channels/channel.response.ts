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
  @ApiProperty({ example: '17' })
  id!: string;

  /** Empty where the secret is too short to show any of it. */
  @ApiProperty({ example: 'x9Qz' })
  lastFour!: string;

  @ApiProperty({ example: 1 })
  weight!: number;

  @ApiProperty()
  enabled!: boolean;

  /** Whether requests use it. */
  @ApiProperty({ enum: ['ready', 'disabled'] })
  state!: 'ready' | 'disabled';

  /** Why it is not used; null where it is, or where an administrator disabled it. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  /** When it will be used again; null where that is not known. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until!: string | null;
}

/** A channel as administrators see it. */
export class ChannelResponse extends ConfigurationResponse {
  @ApiProperty({ example: '17' })
  id!: string;

  @ApiProperty({ example: 'main' })
  name!: string;

  @ApiProperty({ enum: PROVIDER_NAMES })
  provider!: Provider;

  @ApiProperty({ example: 'https://api.openai.com/v1' })
  baseUrl!: string;

  @ApiProperty({ type: [ChannelKeyResponse] })
  keys!: ChannelKeyResponse[];

  /** The upstream's names by public name. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  models!: Readonly<Record<string, string>>;

  @ApiProperty({ type: [String], example: ['default'] })
  groups!: readonly string[];

  @ApiProperty({ example: 0 })
  priority!: number;

  @ApiProperty({ example: 1 })
  weight!: number;

  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ example: 5_000 })
  connectTimeoutMs!: number;

  @ApiProperty({ example: 120_000 })
  firstByteTimeoutMs!: number;

  @ApiProperty({ example: 60_000 })
  idleTimeoutMs!: number;

  @ApiProperty({ example: 280_000 })
  totalTimeoutMs!: number;

  @ApiProperty({ type: Number, nullable: true })
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
