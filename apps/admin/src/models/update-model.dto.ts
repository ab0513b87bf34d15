import { CAPABILITIES, type Capability } from '@tokenbay/protocol';
import { UpdateRateLimitDto } from '../accounts/update-account.dto.js';
import { BooleanField, IntegerField, ListField, ObjectField, TextField } from '../http/fields.js';
import { enumRule } from '../http/rules.js';
import { PricesField } from './prices.field.js';

const DISPLAY_NAME_LENGTH_MAX = 128;
const TOKENS_MAX = 1_000_000_000;

/** Changes of a model; what is absent stays, null clears. */
export class UpdateModelDto {
  /** For people. */
  @TextField(DISPLAY_NAME_LENGTH_MAX, {
    optional: true,
    description: 'For people; the name unless it is set.',
    example: 'GPT-4o mini',
  })
  displayName?: string;

  /** A disabled model is known but refused. */
  @BooleanField({ optional: true, default: true, description: 'A disabled model is known but refused.' })
  enabled?: boolean;

  /** What the model can be asked to do. */
  @ListField(enumRule(CAPABILITIES), {
    optional: true,
    min: 1,
    max: CAPABILITIES.length,
    unique: true,
    default: ['text'],
    description: 'What the model can be asked to do.',
  })
  capabilities?: Capability[];

  /** Input and output together. */
  @IntegerField(1, TOKENS_MAX, {
    optional: true,
    nullable: true,
    description: 'Tokens of input and output together. Null: not limited here.',
    default: null,
  })
  contextTokensMax?: number | null;

  /** Output of one answer. */
  @IntegerField(1, TOKENS_MAX, {
    optional: true,
    nullable: true,
    description: 'Tokens of one answer; at most contextTokensMax, where both are set. Null: not limited here.',
    default: null,
  })
  outputTokensMax?: number | null;

  /** What the model costs; replaced whole, as a new version. */
  @PricesField({
    optional: true,
    description:
      'Points by price kind, replaced whole. A kind without a price is not sold, so nothing is without any; one that is free has the price "0".',
    default: {},
  })
  prices?: Record<string, unknown>;

  /** How many requests an account may make to this model. */
  @ObjectField(UpdateRateLimitDto, {
    optional: true,
    nullable: true,
    description:
      'How many requests an account may make to this model; a part leaves the other as it is. Null: no limit.',
  })
  rateLimit?: UpdateRateLimitDto | null;
}
