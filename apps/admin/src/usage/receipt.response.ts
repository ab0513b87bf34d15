import { ApiProperty } from '@nestjs/swagger';
import type { Receipt } from '@tokenbay/usage';
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

/** One channel that was tried. */
export class ReceiptAttemptResponse {
  @ApiProperty({ description: 'The channel that was tried.', example: '5' })
  channelId!: string;

  @ApiProperty({ description: 'The key it was tried with.', example: '8' })
  keyId!: string;

  @ApiProperty({ description: 'The HTTP status the upstream answered. Null: none.', type: Number, nullable: true })
  status!: number | null;

  @ApiProperty({ description: 'How long the attempt took, in milliseconds.' })
  ms!: number;

  @ApiProperty({ description: 'Why it failed. Null: it did not.', type: String, nullable: true })
  reason!: string | null;
}

/** A line of the usage log with all that explains its charge. */
export class ReceiptResponse extends UsageResponse {
  @ApiProperty({ description: 'Each priced quantity.', type: [ReceiptLineResponse] })
  lines!: ReceiptLineResponse[];

  @ApiProperty({ description: "The group's price multiplier at admission, a decimal string.", example: '1' })
  multiplier!: string;

  @ApiProperty({ description: 'Each channel that was tried, in order.', type: [ReceiptAttemptResponse] })
  attempts!: ReceiptAttemptResponse[];
}

/** Renders a receipt. */
export function toReceiptResponse(receipt: Receipt): ReceiptResponse {
  return {
    ...toUsageResponse(receipt),
    lines: receipt.lines.map(({ kind, quantity, unitPrice, points }) => ({ kind, quantity, unitPrice, points })),
    multiplier: receipt.multiplier,
    attempts: receipt.attempts.map(({ channelId, keyId, status, ms, reason }) => ({
      channelId,
      keyId,
      status,
      ms,
      reason,
    })),
  };
}
