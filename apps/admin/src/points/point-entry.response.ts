import { ApiProperty } from '@nestjs/swagger';
import type { PointEntry } from '@tokenbay/points';
import { formatPoints } from '@tokenbay/protocol';

/** One line of an account's ledger. Amounts are decimal strings of points. */
export class PointEntryResponse {
  @ApiProperty({ example: '17' })
  id!: string;

  @ApiProperty({ example: '3' })
  accountId!: string;

  /** What was added; negative was taken. */
  @ApiProperty({ example: '100' })
  amount!: string;

  /** What was available right after it. */
  @ApiProperty({ example: '112.5' })
  availableAfter!: string;

  @ApiProperty({ example: 'invoice 2027-01' })
  reason!: string;

  @ApiProperty({ example: 'invoice-2027-01' })
  idempotencyKey!: string;

  /** RFC 3339, UTC. */
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

/** Renders an entry. */
export function toPointEntryResponse(entry: PointEntry): PointEntryResponse {
  return {
    id: entry.id,
    accountId: entry.accountId,
    amount: formatPoints(entry.amountMicropoints),
    availableAfter: formatPoints(entry.availableAfterMicropoints),
    reason: entry.reason,
    idempotencyKey: entry.idempotencyKey,
    createdAt: entry.createdAt.toISOString(),
  };
}
