import { ApiProperty } from '@nestjs/swagger';
import { formatPoints } from '@tokenbay/protocol';
import type { UsageSummary } from '@tokenbay/usage';
import { toTokensResponse, UsageTokensResponse } from './usage.response.js';

/** Sums over the requests of one account, key, model, channel or day. Amounts are decimal strings of points. */
export class UsageSumResponse {
  @ApiProperty({
    description: 'An id, a name or a date; null for requests that reached no channel.',
    type: String,
    nullable: true,
    example: 'gpt-4o-mini',
  })
  key!: string | null;

  @ApiProperty({ description: 'How many requests.' })
  requests!: number;

  @ApiProperty({ description: 'How many of them failed.' })
  failed!: number;

  @ApiProperty({ description: 'What they used.', type: UsageTokensResponse })
  tokens!: UsageTokensResponse;

  @ApiProperty({ description: 'Points they were charged, a decimal string.', example: '12.5' })
  chargePoints!: string;

  @ApiProperty({ description: "Points they cost beyond that, a decimal string: the platform's loss.", example: '0' })
  uncollectedPoints!: string;
}

/** All groups, the dearest first; days in their order. */
export class UsageSummaryResponse {
  @ApiProperty({
    description: 'One sum for each group; the dearest first, days in their order.',
    type: [UsageSumResponse],
  })
  data!: UsageSumResponse[];
}

/** Renders a summary. */
export function toUsageSummaryResponse(sums: readonly UsageSummary[]): UsageSummaryResponse {
  return { data: sums.map(toSumResponse) };
}

function toSumResponse({ key, requests, failed, tokens, ...amounts }: UsageSummary): UsageSumResponse {
  return {
    key,
    requests,
    failed,
    tokens: toTokensResponse(tokens),
    chargePoints: formatPoints(amounts.chargeMicropoints),
    uncollectedPoints: formatPoints(amounts.uncollectedMicropoints),
  };
}
