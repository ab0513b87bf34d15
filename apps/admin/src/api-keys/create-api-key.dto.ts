import { OmitType } from '@nestjs/swagger';
import { IdField, TokenRateLimitDto, TokenRateLimitField } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { UpdateApiKeyDto } from './update-api-key.dto.js';

/** A new key. */
export class CreateApiKeyDto extends OmitType(UpdateApiKeyDto, ['name', 'tokenRateLimit']) {
  /** Whose key it is; never changes. */
  @IdField({ description: 'Whose key it is; never changes.' })
  accountId!: string;

  /** For people; need not be unique. */
  @HumanNameField()
  name!: string;

  /** How many tokens its requests may consume. */
  @TokenRateLimitField('the key')
  tokenRateLimit?: TokenRateLimitDto | null;
}
