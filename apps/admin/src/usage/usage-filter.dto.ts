import { ValidateBy } from 'class-validator';
import { IdField, InstantField, NameField } from '../http/fields.js';

/** Which requests: all conditions given must hold. */
export class UsageFilterDto {
  @IdField({ optional: true, description: 'Only requests of this account.' })
  accountId?: string;

  @IdField({ optional: true, description: 'Only requests of this API key.' })
  apiKeyId?: string;

  @NameField({ optional: true, description: 'Only requests for this model.', example: 'gpt-4o-mini' })
  model?: string;

  @InstantField({ optional: true, description: 'Admitted at or after this instant.' })
  @ValidateBy({
    name: 'notAfterTo',
    validator: {
      validate: (from: Date, args) => !isAfter(from, (args?.object as UsageFilterDto).to),
      defaultMessage: () => 'must not lie after to',
    },
  })
  from?: Date;

  @InstantField({ optional: true, description: 'Admitted before this instant.', example: '2027-02-28T09:00:00Z' })
  to?: Date;
}

/** Broken instants are somebody else's problem: NaN is not after anything. */
function isAfter(from: Date, to: unknown): boolean {
  return to instanceof Date && from.getTime() > to.getTime();
}
