import { ApiProperty } from '@nestjs/swagger';
import {
  type Dialect,
  DIALECTS,
  formatPoints,
  type Outcome,
  OUTCOMES,
  USAGE_SOURCES,
  type UsageSource,
} from '@tokenbay/protocol';
import type { Usage, UsageTokens } from '@tokenbay/usage';

/** Token counts of one request or the sums over several. */
export class UsageTokensResponse {
  @ApiProperty()
  input!: number;

  @ApiProperty()
  cachedInput!: number;

  @ApiProperty()
  cacheWrite!: number;

  @ApiProperty()
  output!: number;

  @ApiProperty()
  reasoning!: number;
}

/** How one request ended. Amounts are decimal strings of points. */
export class UsageResponse {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ example: '3' })
  accountId!: string;

  @ApiProperty({ example: '17' })
  apiKeyId!: string;

  @ApiProperty({ example: 'gpt-4o-mini' })
  model!: string;

  /** The last channel tried. */
  @ApiProperty({ type: String, nullable: true })
  channelId!: string | null;

  @ApiProperty({ enum: Object.keys(DIALECTS) })
  dialect!: Dialect;

  @ApiProperty()
  stream!: boolean;

  /** The HTTP status the client saw. */
  @ApiProperty({ example: 200 })
  status!: number;

  /** The error code the client saw, if any. */
  @ApiProperty({ type: String, nullable: true })
  code!: string | null;

  @ApiProperty({ enum: Object.keys(OUTCOMES) })
  outcome!: Outcome;

  @ApiProperty({ type: UsageTokensResponse })
  tokens!: UsageTokensResponse;

  @ApiProperty({ enum: Object.keys(USAGE_SOURCES) })
  usageSource!: UsageSource;

  @ApiProperty({ example: '0.25' })
  heldPoints!: string;

  @ApiProperty({ example: '0.0125' })
  chargePoints!: string;

  /** What the request cost beyond its charge: the platform's loss. */
  @ApiProperty({ example: '0' })
  uncollectedPoints!: string;

  @ApiProperty({ example: 1 })
  priceVersion!: number;

  @ApiProperty()
  latencyMs!: number;

  @ApiProperty({ type: Number, nullable: true })
  firstByteMs!: number | null;

  /** When the request was admitted; RFC 3339, UTC. */
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

/** Renders a line of the usage log. */
export function toUsageResponse(usage: Usage): UsageResponse {
  const { requestId, accountId, apiKeyId, model, channelId, dialect, stream, status, code, outcome } = usage;
  const { usageSource, priceVersion, latencyMs, firstByteMs } = usage;
  return {
    ...{ requestId, accountId, apiKeyId, model, channelId, dialect, stream, status, code, outcome },
    tokens: toTokensResponse(usage.tokens),
    usageSource,
    heldPoints: formatPoints(usage.heldMicropoints),
    chargePoints: formatPoints(usage.chargeMicropoints),
    uncollectedPoints: formatPoints(usage.uncollectedMicropoints),
    ...{ priceVersion, latencyMs, firstByteMs },
    createdAt: usage.createdAt.toISOString(),
  };
}

/** Renders token counts. */
export function toTokensResponse({
  input,
  cachedInput,
  cacheWrite,
  output,
  reasoning,
}: UsageTokens): UsageTokensResponse {
  return { input, cachedInput, cacheWrite, output, reasoning };
}
