import { ListField } from '../http/fields.js';
import { namePatternRule } from '../http/rules.js';
import { PriceMultiplierField } from './price-multiplier.field.js';

const MODELS_MAX = 1_000;

/** Changes of a group; what is absent stays. */
export class UpdateGroupDto {
  /** What list prices are multiplied by. */
  @PriceMultiplierField({ optional: true, description: 'What list prices are multiplied by.', default: '1' })
  priceMultiplier?: string;

  /** The models the group may use. */
  @ListField(namePatternRule, {
    optional: true,
    max: MODELS_MAX,
    description: 'The models the group may use; * at the end of a name stands for any rest.',
    default: ['*'],
  })
  models?: string[];
}
