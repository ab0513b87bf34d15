import { OmitType } from '@nestjs/swagger';
import { NameField, RateLimitDto, RateLimitField } from '../http/fields.js';
import { UpdateModelDto } from './update-model.dto.js';

/** A new model. */
export class CreateModelDto extends OmitType(UpdateModelDto, ['rateLimit']) {
  /** What clients ask for; unique, never changes. */
  @NameField({
    description: 'What clients ask for; unique, never changes. Not . or .., which no path can hold.',
    example: 'gpt-4o-mini',
  })
  name!: string;

  /** How many requests an account may make to this model. */
  @RateLimitField({
    optional: true,
    nullable: true,
    description: 'How many requests an account may make to this model. Null: no limit.',
    default: null,
  })
  rateLimit?: RateLimitDto | null;
}
