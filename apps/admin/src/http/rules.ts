import { MICROPOINTS_MAX, NAME_PATTERN, parsePoints } from '@tokenbay/protocol';
import { rule } from './field-rule.js';
import type { FieldRule } from './field-rule.js';

const ID_PATTERN = /^[1-9]\d{0,18}$/;
const ID_MAX = 9_223_372_036_854_775_807n;
const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const TIME_ZONE_LENGTH_MAX = 64;
const POINTS_TEXT_LENGTH_MAX = 32;

/** A name: legal in a path once percent-encoded, which `.` and `..` never are, for URLs resolve them away. */
export const nameRule: FieldRule = rule(
  'a name of 1 to 128 of the characters A-Z a-z 0-9 . _ : / @ + -, but not . or ..',
  { type: 'string', pattern: NAME_PATTERN.source },
  (value) => typeof value === 'string' && NAME_PATTERN.test(value) && value !== '.' && value !== '..',
);

/** A name, or the beginning of names followed by `*`. */
export const namePatternRule: FieldRule = rule(
  'a name, or the beginning of names followed by *',
  { type: 'string', pattern: '^(\\*|[A-Za-z0-9._:/@+-]{1,128}\\*?)$', example: 'gpt-4*' },
  (value) => typeof value === 'string' && /^(\*|[A-Za-z0-9._:/@+-]{1,128}\*?)$/.test(value),
);

/** An id of the house: a positive 64-bit integer as decimal digits. */
export const idRule: FieldRule = rule(
  'an id of decimal digits in quotes',
  { type: 'string', pattern: ID_PATTERN.source, example: '17' },
  isId,
);

/** True or false, nothing that merely resembles them. */
export const booleanRule: FieldRule = rule('true or false', { type: 'boolean' }, (value) => typeof value === 'boolean');

/** An IANA time zone such as `Europe/Berlin`; `UTC` is one. */
export const timeZoneRule: FieldRule = rule(
  'an IANA time zone such as Europe/Berlin',
  { type: 'string', maxLength: TIME_ZONE_LENGTH_MAX, example: 'Europe/Berlin' },
  isTimeZone,
);

/** An instant of RFC 3339; becomes a Date. */
export const instantRule: FieldRule = {
  ...rule(
    'an instant of RFC 3339 such as 2027-01-31T09:00:00Z',
    { type: 'string', format: 'date-time', example: '2027-01-31T09:00:00Z' },
    (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  ),
  convert: toInstant,
};

/** Text of 1 to `lengthMax` UTF-16 units without control characters. */
export function textRule(lengthMax: number): FieldRule {
  return rule(
    `a text of 1 to ${lengthMax} characters`,
    { type: 'string', minLength: 1, maxLength: lengthMax },
    (value) => typeof value === 'string' && value.length >= 1 && value.length <= lengthMax && isPlainText(value),
  );
}

/** A whole JSON number within bounds, both included. */
export function integerRule(min: number, max: number): FieldRule {
  return rule(
    `a whole number from ${min} to ${max}`,
    { type: 'integer', minimum: min, maximum: max },
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

/** One of a few words. */
export function enumRule(values: readonly string[]): FieldRule {
  return rule(
    `one of ${values.join(', ')}`,
    { type: 'string', enum: [...values] },
    (value) => typeof value === 'string' && values.includes(value),
  );
}

/** An amount of points as JSON string or number with at most six decimals; becomes integer micropoints. */
export function pointsRule({ negative = false, nonZero = false }: PointsBounds = {}): FieldRule {
  return {
    ...rule(
      `an amount of points with at most six decimals${negative ? '' : ', not negative'}${nonZero ? ', not zero' : ''}, at most ${MICROPOINTS_MAX / 1e6}`,
      {
        oneOf: [{ type: 'string', pattern: `^${negative ? '-?' : ''}\\d+(\\.\\d{1,6})?$` }, { type: 'number' }],
        example: '12.5',
      },
      (value) => Number.isSafeInteger(value) && (negative || (value as number) >= 0) && !(nonZero && value === 0),
    ),
    convert: toMicropoints,
  };
}

/** What an amount may be; neither negative nor barred from zero unless told. */
export interface PointsBounds {
  negative?: boolean | undefined;
  nonZero?: boolean | undefined;
}

/** A list of values of one rule; a problem names the position of each bad one. */
export function listRule(of: FieldRule, { min = 0, max, unique = false }: ListBounds): FieldRule {
  const { convert } = of;
  return {
    schema: { type: 'array', items: of.schema as never, minItems: min, maxItems: max, uniqueItems: unique },
    problem: (value) => {
      if (!Array.isArray(value) || value.length < min || value.length > max)
        return ` must be a list of ${min} to ${max} items.`;
      const problems = value.flatMap((item, index) => linesOf(of.problem(item)).map((line) => `[${index}]${line}`));
      if (unique && new Set(value).size !== value.length) problems.push(' must not hold the same item twice.');
      return toLines(problems);
    },
    ...(convert && { convert: (value) => (Array.isArray(value) ? value.map((item) => convert(item)) : value) }),
  };
}

/** A JSON object whose keys and values each obey a rule. */
export function mapRule(keys: FieldRule, values: FieldRule, { min = 0, max }: ListBounds): FieldRule {
  const { convert } = values;
  return {
    schema: { type: 'object', additionalProperties: values.schema as never, maxProperties: max },
    problem: (value) => {
      if (!isPlainObject(value)) return ' must be an object.';
      const entries = Object.entries(value);
      if (entries.length < min || entries.length > max) return ` must have ${min} to ${max} entries.`;
      return toLines(
        entries.flatMap(([key, item]) => [
          ...linesOf(keys.problem(key)).map((line) => ` has a key which${line}`),
          ...linesOf(values.problem(item)).map((line) => `[${JSON.stringify(key)}]${line}`),
        ]),
      );
    },
    ...(convert && { convert: (value) => (isPlainObject(value) ? mapValues(value, convert) : value) }),
  };
}

/** Bounds of a list or map; `min` is 0 unless told. */
export interface ListBounds {
  min?: number | undefined;
  max: number;
  unique?: boolean | undefined;
}

/** Whether a value is a JSON object: neither null nor a list. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is an id of the house. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value) && BigInt(value) <= ID_MAX;
}

function linesOf(problem: string | undefined): string[] {
  return problem === undefined ? [] : problem.split('\n');
}

function toLines(problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : problems.join('\n');
}

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > TIME_ZONE_LENGTH_MAX || !/^[A-Za-z]/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

function toInstant(value: unknown): unknown {
  if (typeof value !== 'string' || !INSTANT_PATTERN.test(value)) return value;
  const instant = new Date(value);
  // JavaScript rolls the 31st of February over into March: what it reads must be what was written.
  const writtenDay = Number(value.slice(8, 10));
  const daysInMonth = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
  return writtenDay <= daysInMonth ? instant : new Date(NaN);
}

function toMicropoints(value: unknown): unknown {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.length > POINTS_TEXT_LENGTH_MAX)) return NaN;
  return parsePoints(value) ?? NaN;
}

function mapValues(value: Record<string, unknown>, convert: (item: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
}
