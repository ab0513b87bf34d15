import { ApiProperty } from '@nestjs/swagger';
import { formatPoints } from '@tokenbay/protocol';
import type { UsageSummary } from '@tokenbay/usage';
import { toTokensResponse, UsageTokensResponse } from './usage.response.js';

/** Sums over the requests of one account, key, model, channel or day. Amounts are decimal strings of points. */
export class UsageSumResponse {
  /** An id, a name or a date; null for requests that reached no channel. */
  @ApiProperty({ type: String, nullable: true, example: 'gpt-4o-mini' })
  key!: string | null;

  @ApiProperty()
  requests!: number;

  @ApiProperty()
  failed!: number;

  @ApiProperty({ type: UsageTokensResponse })
  tokens!: UsageTokensResponse;

  @ApiProperty({ example: '12.5' })
  chargePoints!: string;

  @ApiProperty({ example: '0' })
  uncollectedPoints!: string;
}

/** All groups, the dearest first; days in their order. */
export class UsageSummaryResponse {
  @ApiProperty({ type: [UsageSumResponse] })
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
