import { formatPoints, parsePoints } from '@tokenbay/protocol';
import { Field, type FieldOptions } from '../http/field.js';
import { type FieldRule, rule } from '../http/field-rule.js';

const MULTIPLIER_MAX = 1_000_000;

/** A decimal of at most six decimals as JSON string or number; becomes its shortest decimal string, which is exact. */
const priceMultiplierRule: FieldRule = {
  ...rule(
    `a decimal from 0 to ${MULTIPLIER_MAX} with at most six decimals`,
    { oneOf: [{ type: 'string', pattern: '^\\d+(\\.\\d{1,6})?$' }, { type: 'number' }], example: '1' },
    (value) => typeof value === 'string' && isWithinBounds(Number(value)),
  ),
  convert: toShortestDecimal,
};

/** What list prices are multiplied by; the property holds a decimal string. */
export const PriceMultiplierField = (options: FieldOptions = {}) => Field(priceMultiplierRule, options);

function isWithinBounds(multiplier: number): boolean {
  return multiplier >= 0 && multiplier <= MULTIPLIER_MAX;
}

/** Points have six decimals too, so their reader and writer serve; what is no decimal becomes NaN and is refused. */
function toShortestDecimal(value: unknown): unknown {
  const scaled = typeof value === 'string' || typeof value === 'number' ? parsePoints(value) : undefined;
  return scaled === undefined ? NaN : formatPoints(scaled);
}
