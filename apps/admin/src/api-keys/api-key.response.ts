import { ApiProperty } from '@nestjs/swagger';
import { API_KEY_STATUSES, type ApiKeyStatus, tokenRateLimitOf } from '@tokenbay/keys';
import { type Period, PERIODS, type PeriodState } from '@tokenbay/points';
import { formatPoints } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { TokenRateLimitDto } from '../http/fields.js';
import type { IssuedKeyWithPoints, KeyWithPoints } from './keys-with-points.service.js';

/** How a periodic limit stands; amounts are decimal strings of points. */
export class PointLimitResponse {
  @ApiProperty({ description: "A calendar period in the key's time zone; weeks begin on Monday.", enum: PERIODS })
  period!: Period;

  @ApiProperty({ description: 'Points the key may use in each period, a decimal string.', example: '10' })
  points!: string;

  @ApiProperty({ description: 'Points used in the period that runs now.', example: '2.5' })
  used!: string;

  @ApiProperty({ description: 'Points held for running requests in it.', example: '0' })
  held!: string;

  @ApiProperty({ description: 'When the period that runs now ends.', format: 'date-time' })
  resetsAt!: string;
}

/** A key as administrators see it; amounts are decimal strings of points. */
export class ApiKeyResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'The id; never changes.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'Whose key it is; never changes.', example: '4' })
  accountId!: string;

  @ApiProperty({ description: 'For people; need not be unique.', example: 'Production' })
  name!: string;

  @ApiProperty({
    description: "The group whose prices and models hold for the key. Null: the account's.",
    type: String,
    nullable: true,
  })
  group!: string | null;

  @ApiProperty({ description: 'Only active keys are let in; archived ones cannot be reset.', enum: API_KEY_STATUSES })
  status!: ApiKeyStatus;

  @ApiProperty({
    description: 'From then on the key is refused. Null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  expiresAt!: string | null;

  @ApiProperty({
    description: 'Points the key may use in its life, a decimal string. Null: no limit.',
    type: String,
    nullable: true,
    example: '100',
  })
  pointQuota!: string | null;

  @ApiProperty({
    description: 'Points it may use per calendar period, and how those stand.',
    type: [PointLimitResponse],
  })
  pointLimits!: PointLimitResponse[];

  @ApiProperty({ description: "Where the key's periods begin and end.", example: 'UTC' })
  timeZone!: string;

  @ApiProperty({
    description: 'The only models the key may use; * at the end of a name stands for any rest. Null: no restriction.',
    type: [String],
    nullable: true,
  })
  modelAllowlist!: string[] | null;

  @ApiProperty({
    description: 'Models the key may not use, whatever modelAllowlist says. Null: no restriction.',
    type: [String],
    nullable: true,
  })
  modelDenylist!: string[] | null;

  @ApiProperty({
    description: 'How many tokens its requests may consume. Null: no limit.',
    type: TokenRateLimitDto,
    nullable: true,
  })
  tokenRateLimit!: TokenRateLimitDto | null;

  @ApiProperty({
    description: 'How many of its requests may run at the same time. Null: no limit.',
    type: Number,
    nullable: true,
  })
  parallelRequestsMax!: number | null;

  @ApiProperty({ description: 'How the secret begins, for people to recognise it.', example: 'sk-4fGh' })
  prefix!: string;

  @ApiProperty({ description: 'How the secret ends.', example: 'x7Kq' })
  lastFour!: string;

  @ApiProperty({
    description: 'When it was last used; lags behind by about a second. Null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  lastUsedAt!: string | null;

  @ApiProperty({
    description: "Points used: of the quota, where there is one, else in the key's whole life.",
    example: '2.5',
  })
  pointsUsed!: string;

  @ApiProperty({
    description:
      'Points held for running requests. Null for a key without quota and limits: those are held by the account.',
    type: String,
    nullable: true,
    example: '0',
  })
  pointsHeld!: string | null;

  @ApiProperty({
    description: 'Points that the quota leaves. Null without one.',
    type: String,
    nullable: true,
    example: '97.5',
  })
  pointsRemaining!: string | null;
}

/** A key that was issued or reset. */
export class IssuedApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({
    description: 'The secret: only here, and in a repetition under the same Idempotency-Key.',
    example: 'sk-4fGh…x7Kq',
  })
  key!: string;
}

/** Renders a key. */
export function toApiKeyResponse({ key, points, lastUsedAt }: KeyWithPoints): ApiKeyResponse {
  return {
    id: key.id,
    accountId: key.accountId,
    name: key.name,
    group: key.group,
    status: key.status,
    expiresAt: toInstant(key.expiresAt),
    pointQuota: toPoints(points.quotaMicropoints),
    pointLimits: points.limits.map(toPointLimitResponse),
    timeZone: key.timeZone,
    modelAllowlist: key.modelAllowlist,
    modelDenylist: key.modelDenylist,
    tokenRateLimit: tokenRateLimitOf(key),
    parallelRequestsMax: key.parallelRequestsMax,
    prefix: key.prefix,
    lastFour: key.lastFour,
    lastUsedAt: toInstant(lastUsedAt),
    pointsUsed: formatPoints(points.usedMicropoints),
    pointsHeld: toPoints(points.heldMicropoints),
    pointsRemaining: toPoints(points.remainingMicropoints),
    ...toConfigurationResponse(key),
  };
}

/** Renders a key with its secret. */
export function toIssuedApiKeyResponse(issued: IssuedKeyWithPoints): IssuedApiKeyResponse {
  return Object.assign(toApiKeyResponse(issued), { key: issued.secret });
}

function toPointLimitResponse(limit: PeriodState): PointLimitResponse {
  return {
    period: limit.period,
    points: formatPoints(limit.limitMicropoints),
    used: formatPoints(limit.usedMicropoints),
    held: formatPoints(limit.heldMicropoints),
    resetsAt: limit.resetsAt.toISOString(),
  };
}

function toPoints(micropoints: number | null): string | null {
  return micropoints === null ? null : formatPoints(micropoints);
}

function toInstant(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
