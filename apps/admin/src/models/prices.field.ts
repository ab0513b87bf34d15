import { readPrices } from '@tokenbay/models';
import { Field, type FieldOptions } from '../http/field.js';
import type { FieldRule } from '../http/field-rule.js';
import { PricesDto } from './prices.schema.js';

/** Prices by kind; what is wrong with them is said in one line for each problem. */
const pricesRule: FieldRule = {
  schema: { type: PricesDto as never },
  problem: (value) => readPrices(value).problems.join('\n') || undefined,
};

/** What a model costs, in points as decimal strings. The service turns numbers into strings. */
export const PricesField = (options: FieldOptions = {}) => Field(pricesRule, options);
