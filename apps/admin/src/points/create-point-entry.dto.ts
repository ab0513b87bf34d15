import { PointsField, TextField } from '../http/fields.js';

const REASON_LENGTH_MAX = 500;
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** Points for an account. */
export class CreatePointEntryDto {
  /** Points to add; negative takes them away. Never zero. */
  @PointsField({ negative: true, nonZero: true, description: 'Points to add; negative takes them away. Not zero.' })
  amount!: number;

  @TextField(REASON_LENGTH_MAX, { description: "Why, for the account's ledger.", example: 'invoice 2027-01' })
  reason!: string;

  @TextField(IDEMPOTENCY_KEY_LENGTH_MAX, {
    description:
      'Unique within the account, for ever: a second call with the same amount and reason changes nothing and answers the first entry.',
    example: 'invoice-2027-01',
  })
  idempotencyKey!: string;
}
