import { readPrices } from '@tokenbay/models';
import { Field, type FieldOptions } from '../http/field.js';
import type { FieldRule } from '../http/field-rule.js';

/** Prices by kind; what is wrong with them is said in one line for each problem. */
const pricesRule: FieldRule = {
  schema: {
    type: 'object',
    additionalProperties: true,
    example: {
      inputPerMillion: '2.5',
      cachedInputPerMillion: '1.25',
      outputPerMillion: '10',
      tiers: [{ aboveInputTokens: 200_000, inputPerMillion: '5', outputPerMillion: '15' }],
    },
  },
  problem: (value) => readPrices(value).problems.join('\n') || undefined,
};

/** What a model costs, in points as decimal strings. The service turns numbers into strings. */
export const PricesField = (options: FieldOptions = {}) => Field(pricesRule, options);
