import { ApiProperty } from '@nestjs/swagger';
import type { Receipt } from '@tokenbay/usage';
import { AttemptResponse, toAttemptResponse } from './attempt.response.js';
import { toUsageResponse, UsageResponse } from './usage.response.js';

/** One priced quantity. Amounts are decimal strings of points. */
export class ReceiptLineResponse {
  @ApiProperty({
    description: 'The price kind, as in the prices of a model; perToolCall.<name> for tools.',
    example: 'inputPerMillion',
  })
  kind!: string;

  @ApiProperty({ description: 'How many units: tokens, images, seconds, …', example: 512 })
  quantity!: number;

  @ApiProperty({
    description: 'Points per unit of the price kind, service tier included, multiplier not; a decimal string.',
    example: '0.15',
  })
  unitPrice!: string;

  @ApiProperty({
    description: 'Quantity times price, a decimal string; the charge is rounded up once, after adding and multiplying.',
    example: '0.000077',
  })
  points!: string;
}

/** A line of the usage log with all that explains its charge. */
export class ReceiptResponse extends UsageResponse {
  @ApiProperty({ description: 'Each priced quantity.', type: [ReceiptLineResponse] })
  lines!: ReceiptLineResponse[];

  @ApiProperty({ description: "The group's price multiplier at admission, a decimal string.", example: '1' })
  multiplier!: string;

  @ApiProperty({ description: 'Each channel that was tried, in order.', type: [AttemptResponse] })
  attempts!: AttemptResponse[];
}

/** Renders a receipt. */
export function toReceiptResponse(receipt: Receipt): ReceiptResponse {
  return {
    ...toUsageResponse(receipt),
    lines: receipt.lines.map(({ kind, quantity, unitPrice, points }) => ({ kind, quantity, unitPrice, points })),
    multiplier: receipt.multiplier,
    attempts: receipt.attempts.map(toAttemptResponse),
  };
}
