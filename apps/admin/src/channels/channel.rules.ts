import { PROVIDER_NAMES, readBaseUrl } from '@tokenbay/channels';
import { type FieldRule, rule } from '../http/field-rule.js';
import { mapRule, nameRule, textRule } from '../http/rules.js';

const UPSTREAM_NAME_LENGTH_MAX = 256;
const MODELS_MAX = 1_000;

/** Where a provider is reached. Which version path a bare origin gets, and who may have a query, depends on the provider. */
export const baseUrlRule: FieldRule = {
  schema: { type: 'string', format: 'uri', example: 'https://api.openai.com/v1' },
  problem: (value) => {
    if (typeof value !== 'string') return ' must be an absolute URL.';
    const readings = PROVIDER_NAMES.map((provider) => readBaseUrl(value, provider));
    const [reading] = readings;
    return reading && 'problem' in reading && readings.every((other) => 'problem' in other)
      ? reading.problem
      : undefined;
  },
};

/** A provider's secret: it travels in a header, so it is printable ASCII. The sentence never repeats it. */
export const secretRule: FieldRule = rule(
  'a secret of 1 to 4096 printable ASCII characters without blanks',
  { type: 'string', format: 'password', minLength: 1, maxLength: 4096 },
  (value) => typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value),
);

const upstreamNameRule = textRule(UPSTREAM_NAME_LENGTH_MAX);

/** Public name → the provider's name. */
export const modelsRule: FieldRule = mapRule(nameRule, upstreamNameRule, { max: MODELS_MAX });

/** The same in a PATCH, where null takes a model out. */
export const modelsPatchRule: FieldRule = mapRule(
  nameRule,
  {
    schema: { ...upstreamNameRule.schema, description: 'Null takes the model out.', nullable: true },
    problem: (value) => (value === null ? undefined : upstreamNameRule.problem(value)),
  },
  { max: MODELS_MAX },
);
