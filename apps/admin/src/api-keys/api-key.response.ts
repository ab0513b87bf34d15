import { ApiProperty } from '@nestjs/swagger';
import { API_KEY_STATUSES, type ApiKeyStatus } from '@tokenbay/keys';
import { type Period, PERIODS, type PeriodState } from '@tokenbay/points';
import { formatPoints } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import type { IssuedKeyWithPoints, KeyWithPoints } from './keys-with-points.service.js';

/** How a periodic limit stands; amounts are decimal strings of points. */
export class PointLimitResponse {
  @ApiProperty({ enum: PERIODS })
  period!: Period;

  @ApiProperty({ example: '10' })
  points!: string;

  @ApiProperty({ example: '2.5' })
  used!: string;

  @ApiProperty({ example: '0' })
  held!: string;

  /** When the period that runs now ends. */
  @ApiProperty({ format: 'date-time' })
  resetsAt!: string;
}

/** A key as administrators see it; amounts are decimal strings of points. */
export class ApiKeyResponse extends ConfigurationResponse {
  @ApiProperty({ example: '17' })
  id!: string;

  @ApiProperty({ example: '4' })
  accountId!: string;

  @ApiProperty({ example: 'Production' })
  name!: string;

  /** Null: the account's. */
  @ApiProperty({ type: String, nullable: true })
  group!: string | null;

  @ApiProperty({ enum: API_KEY_STATUSES })
  status!: ApiKeyStatus;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '100' })
  pointQuota!: string | null;

  @ApiProperty({ type: [PointLimitResponse] })
  pointLimits!: PointLimitResponse[];

  @ApiProperty({ example: 'UTC' })
  timeZone!: string;

  @ApiProperty({ type: [String], nullable: true })
  modelAllowlist!: string[] | null;

  @ApiProperty({ type: [String], nullable: true })
  modelDenylist!: string[] | null;

  @ApiProperty({ example: 'sk-4fGh' })
  prefix!: string;

  @ApiProperty({ example: 'x7Kq' })
  lastFour!: string;

  /** Lags behind by about a second; null: never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: string | null;

  /** Of the quota, where there is one; else in the key's whole life. */
  @ApiProperty({ example: '2.5' })
  pointsUsed!: string;

  /** Null for a key without quota and limits: its points are held by the account. */
  @ApiProperty({ type: String, nullable: true, example: '0' })
  pointsHeld!: string | null;

  /** What the quota leaves; null without one. */
  @ApiProperty({ type: String, nullable: true, example: '97.5' })
  pointsRemaining!: string | null;
}

/** A key that was issued or reset. */
export class IssuedApiKeyResponse extends ApiKeyResponse {
  /** The secret: in this answer and nowhere else, ever. */
  @ApiProperty({ description: 'The secret: in this answer and nowhere else, ever.' })
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
