import { ApiProperty } from '@nestjs/swagger';
import {
  type ChannelWithKeys,
  type HealthRecord,
  type KeyWithFinding,
  PROVIDER_NAMES,
  type Provider,
  TASK_TIMEOUT_MS_DEFAULT,
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

  @ApiProperty({
    description:
      'Whether requests use it. `cooling` passes by itself; what gateways have disabled is tried again now and then, and at once after a PATCH with `enabled: true`.',
    enum: ['active', 'cooling', 'disabled'],
  })
  state!: 'active' | 'cooling' | 'disabled';

  @ApiProperty({
    description:
      'Why it is not used: rate_limited, key_refused, out_of_credit or secret_unreadable; null where it is used, or where an administrator disabled it.',
    type: String,
    nullable: true,
  })
  reason!: string | null;

  @ApiProperty({
    description: 'When it will be tried again; null where it is used, or where an administrator disabled it.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  until!: string | null;
}

/** A model that requests do not use at a channel for now. */
export class ChannelFindingResponse {
  @ApiProperty({ description: "The upstream's name of the model." })
  upstreamModel!: string;

  @ApiProperty({
    description:
      '`open`: no request goes there · `half_open`: the next one tries · `disabled`: the upstream refuses, and is tried again only now and then.',
    enum: ['open', 'half_open', 'disabled'],
  })
  state!: 'open' | 'half_open' | 'disabled';

  @ApiProperty({
    description: 'failing, overloaded, model_refused, region_refused or address_wrong.',
    example: 'failing',
  })
  reason!: string;

  @ApiProperty({ description: 'When it will be tried again.', format: 'date-time' })
  until!: string;
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
    description: 'What gateways have found wrong with models of the channel; empty where all is well.',
    type: [ChannelFindingResponse],
  })
  health!: ChannelFindingResponse[];

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

  @ApiProperty({ description: 'Milliseconds that a task, such as a video, may run.', example: 86_400_000 })
  taskTimeoutMs!: number;

  @ApiProperty({ description: 'Requests in flight at any time. Null: no bound.', type: Number, nullable: true })
  concurrencyMax!: number | null;
}

/** Renders a channel. */
export function toChannelResponse({ channel, keys, findings }: ChannelWithKeys): ChannelResponse {
  const byKey = new Map(findings.map((finding) => [finding.keyId, finding]));
  const { id, name, provider, baseUrl, models, groups, priority, weight, enabled, concurrencyMax } = channel;
  return {
    id,
    name,
    provider,
    baseUrl,
    keys: keys.map((key) => toChannelKeyResponse({ key, finding: byKey.get(key.id) })),
    health: findings.filter(({ upstreamModel }) => upstreamModel !== null).map(toFindingResponse),
    models,
    groups,
    priority,
    weight,
    enabled,
    connectTimeoutMs: channel.connectTimeoutMs ?? TIME_LIMIT_DEFAULTS.connectTimeoutMs,
    firstByteTimeoutMs: channel.firstByteTimeoutMs ?? TIME_LIMIT_DEFAULTS.firstByteTimeoutMs,
    idleTimeoutMs: channel.idleTimeoutMs ?? TIME_LIMIT_DEFAULTS.idleTimeoutMs,
    totalTimeoutMs: channel.totalTimeoutMs ?? TIME_LIMIT_DEFAULTS.totalTimeoutMs,
    taskTimeoutMs: channel.taskTimeoutMs ?? TASK_TIMEOUT_MS_DEFAULT,
    concurrencyMax,
    ...toConfigurationResponse(channel),
  };
}

/** Renders a key. */
export function toChannelKeyResponse({ key, finding }: KeyWithFinding): ChannelKeyResponse {
  const { id, lastFour, weight, enabled } = key;
  const fields = { id, lastFour, weight, enabled };
  if (!enabled) return { ...fields, state: 'disabled', reason: null, until: null };
  // What has cooled down is used by the next request.
  if (!finding || (finding.state === 'cooling' && finding.waitMs <= 0))
    return { ...fields, state: 'active', reason: null, until: null };
  return { ...fields, state: finding.state, reason: finding.reason, until: untilOf(finding) };
}

function toFindingResponse(finding: HealthRecord): ChannelFindingResponse {
  const { upstreamModel, state, reason, waitMs } = finding;
  const circuit = waitMs > 0 ? 'open' : 'half_open';
  return {
    upstreamModel: upstreamModel ?? '',
    state: state === 'disabled' ? state : circuit,
    reason,
    until: untilOf(finding),
  };
}

function untilOf({ waitMs }: HealthRecord): string {
  return new Date(Date.now() + waitMs).toISOString();
}
