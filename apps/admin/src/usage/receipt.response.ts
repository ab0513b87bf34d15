import { ApiProperty } from '@nestjs/swagger';
import type { Receipt } from '@tokenbay/usage';
import { toUsageResponse, UsageResponse } from './usage.response.js';

/** One priced quantity. Amounts are decimal strings of points. */
export class ReceiptLineResponse {
  @ApiProperty({ example: 'inputPerMillion' })
  kind!: string;

  @ApiProperty({ example: 512 })
  quantity!: number;

  @ApiProperty({ example: '0.15' })
  unitPrice!: string;

  @ApiProperty({ example: '0.000077' })
  points!: string;
}

/** One channel that was tried. */
export class ReceiptAttemptResponse {
  @ApiProperty({ example: '5' })
  channelId!: string;

  @ApiProperty({ example: '8' })
  keyId!: string;

  /** The status the upstream answered, if it did. */
  @ApiProperty({ type: Number, nullable: true })
  status!: number | null;

  @ApiProperty()
  ms!: number;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

/** A line of the usage log with all that explains its charge. */
export class ReceiptResponse extends UsageResponse {
  @ApiProperty({ type: [ReceiptLineResponse] })
  lines!: ReceiptLineResponse[];

  /** The group's price multiplier at admission. */
  @ApiProperty({ example: '1' })
  multiplier!: string;

  @ApiProperty({ type: [ReceiptAttemptResponse] })
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
