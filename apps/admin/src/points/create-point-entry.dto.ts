import { PointsField, TextField } from '../http/fields.js';

const REASON_LENGTH_MAX = 500;
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** Points for an account. */
export class CreatePointEntryDto {
  /** Points to add; negative takes them away. Never zero. */
  @PointsField({ negative: true, description: 'Points to add; negative takes them away. Not zero.' })
  amount!: number;

  @TextField(REASON_LENGTH_MAX, { description: 'Why, for the account’s ledger.' })
  reason!: string;

  @TextField(IDEMPOTENCY_KEY_LENGTH_MAX, {
    description: 'A second call with it changes nothing and answers the first entry.',
  })
  idempotencyKey!: string;
}
