import { OmitType } from '@nestjs/swagger';
import { RateLimitDto, RateLimitField, TokenRateLimitDto, TokenRateLimitField } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { UpdateAccountDto } from './update-account.dto.js';

/** A new account. */
export class CreateAccountDto extends OmitType(UpdateAccountDto, ['name', 'rateLimit', 'tokenRateLimit']) {
  /** For people; need not be unique. */
  @HumanNameField()
  name!: string;

  /** How many requests the account may make, over all its keys. */
  @RateLimitField({
    optional: true,
    nullable: true,
    description: 'How many requests the account may make, over all its keys. Null: no limit.',
    default: null,
  })
  rateLimit?: RateLimitDto | null;

  /** How many tokens its requests may consume, over all its keys. */
  @TokenRateLimitField('the account')
  tokenRateLimit?: TokenRateLimitDto | null;
}
