import { IdField, InstantField, NameField } from '../http/fields.js';

/** Which requests: all conditions given must hold. */
export class UsageFilterDto {
  @IdField({ optional: true, description: 'Only requests of this account.' })
  accountId?: string;

  @IdField({ optional: true, description: 'Only requests of this API key.' })
  apiKeyId?: string;

  @NameField({ optional: true, description: 'Only requests for this model.' })
  model?: string;

  @InstantField({ optional: true, description: 'Admitted at or after this instant.' })
  from?: Date;

  @InstantField({ optional: true, description: 'Admitted before this instant.' })
  to?: Date;
}
