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
  @ApiProperty({ description: 'Input tokens that were neither read from a cache nor written to one.' })
  input!: number;

  @ApiProperty({ description: 'Input tokens read from a cache.' })
  cachedInput!: number;

  @ApiProperty({ description: 'Input tokens written to a cache.' })
  cacheWrite!: number;

  @ApiProperty({ description: 'Output tokens, reasoning included.' })
  output!: number;

  @ApiProperty({ description: 'Those output tokens that were spent on reasoning.' })
  reasoning!: number;
}

/** How one request ended. Amounts are decimal strings of points. */
export class UsageResponse {
  @ApiProperty({ description: "The x-request-id of the gateway's answer.", format: 'uuid' })
  requestId!: string;

  @ApiProperty({ description: 'Whose request.', example: '3' })
  accountId!: string;

  @ApiProperty({ description: 'The key it was made with.', example: '17' })
  apiKeyId!: string;

  @ApiProperty({ description: 'The model asked for, by its public name.', example: 'gpt-4o-mini' })
  model!: string;

  @ApiProperty({ description: 'The last channel tried. Null: none.', type: String, nullable: true })
  channelId!: string | null;

  @ApiProperty({ description: 'The interface it was made through.', enum: Object.keys(DIALECTS) })
  dialect!: Dialect;

  @ApiProperty({ description: 'Whether the answer was streamed.' })
  stream!: boolean;

  @ApiProperty({ description: 'The HTTP status the client saw.', example: 200 })
  status!: number;

  @ApiProperty({ description: 'The error code the client saw. Null: none.', type: String, nullable: true })
  code!: string | null;

  @ApiProperty({
    description: 'How it ended; only completed requests and those whose client left are charged.',
    enum: Object.keys(OUTCOMES),
  })
  outcome!: Outcome;

  @ApiProperty({ description: 'What it used.', type: UsageTokensResponse })
  tokens!: UsageTokensResponse;

  @ApiProperty({
    description:
      'Where the counts come from: the upstream, our own counting, or the upstream but out of bounds and clamped.',
    enum: Object.keys(USAGE_SOURCES),
  })
  usageSource!: UsageSource;

  @ApiProperty({ description: 'Points that were held for it, a decimal string.', example: '0.25' })
  heldPoints!: string;

  @ApiProperty({ description: 'Points it was charged, a decimal string.', example: '0.0125' })
  chargePoints!: string;

  @ApiProperty({
    description: "Points it cost beyond its charge, a decimal string: the platform's loss.",
    example: '0',
  })
  uncollectedPoints!: string;

  @ApiProperty({ description: "The version of the model's prices it was charged by.", example: 1 })
  priceVersion!: number;

  @ApiProperty({ description: 'Milliseconds from admission to the end.' })
  latencyMs!: number;

  @ApiProperty({
    description: 'Milliseconds from admission to the first byte of the answer. Null: there was none.',
    type: Number,
    nullable: true,
  })
  firstByteMs!: number | null;

  @ApiProperty({ description: 'When the request was admitted; RFC 3339, UTC.', format: 'date-time' })
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
