import { ApiProperty } from '@nestjs/swagger';
import type { PointEntry } from '@tokenbay/points';
import { formatPoints } from '@tokenbay/protocol';

/** One line of an account's ledger. Amounts are decimal strings of points. */
export class PointEntryResponse {
  @ApiProperty({ description: 'The id of the entry.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'Whose points.', example: '3' })
  accountId!: string;

  @ApiProperty({ description: 'Points that were added, a decimal string; negative were taken.', example: '100' })
  amount!: string;

  @ApiProperty({ description: 'Points that were available right after it, a decimal string.', example: '112.5' })
  availableAfter!: string;

  @ApiProperty({ description: 'Why, as it was given.', example: 'invoice 2027-01' })
  reason!: string;

  @ApiProperty({ description: 'Unique within the account.', example: 'invoice-2027-01' })
  idempotencyKey!: string;

  @ApiProperty({ description: 'When it was booked; RFC 3339, UTC.', format: 'date-time' })
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
