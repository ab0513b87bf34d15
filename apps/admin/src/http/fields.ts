import { applyDecorators } from '@nestjs/common';
import type { Type as Class } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { Field } from './field.js';
import type { FieldOptions } from './field.js';
import type { FieldRule } from './field-rule.js';
import { isPlainObject, listRule, mapRule } from './rules.js';
import * as rules from './rules.js';

export { Field, type FieldOptions } from './field.js';

const OBJECT_RULE: FieldRule = {
  schema: { type: 'object' },
  problem: (value) => (isPlainObject(value) ? undefined : ' must be an object.'),
};

/** A name of 1 to 128 characters that are legal in a path. */
export const NameField = (options: FieldOptions = {}) => Field(rules.nameRule, options);

/** A text of 1 to `lengthMax` characters without control characters. */
export const TextField = (lengthMax: number, options: FieldOptions = {}) => Field(rules.textRule(lengthMax), options);

/** An id of the house, as a string of digits. */
export const IdField = (options: FieldOptions = {}) => Field(rules.idRule, options);

/** An amount of points; the property holds integer micropoints. */
export const PointsField = ({ negative, nonZero, ...options }: FieldOptions & rules.PointsBounds = {}) =>
  Field(rules.pointsRule({ negative, nonZero }), options);

/** A whole number within bounds, both included. */
export const IntegerField = (min: number, max: number, options: FieldOptions = {}) =>
  Field(rules.integerRule(min, max), options);

/** True or false. */
export const BooleanField = (options: FieldOptions = {}) => Field(rules.booleanRule, options);

/** One of a few words. */
export const EnumField = (values: readonly string[], options: FieldOptions = {}) =>
  Field(rules.enumRule(values), options);

/** An instant of RFC 3339; the property holds a Date. */
export const InstantField = (options: FieldOptions = {}) => Field(rules.instantRule, options);

/** An IANA time zone. */
export const TimeZoneField = (options: FieldOptions = {}) => Field(rules.timeZoneRule, options);

/** A list of values of one rule (`nameRule`, `textRule(80)`, …) or of objects of a class; `min` is 0 unless told. */
export function ListField(of: FieldRule | Class, options: FieldOptions & rules.ListBounds): PropertyDecorator {
  if (typeof of !== 'function') return Field(listRule(of, options), options);
  const rule = listRule(OBJECT_RULE, options);
  const { items: _, type: __, ...bounds } = rule.schema;
  return applyDecorators(
    Type(() => of),
    ValidateNested({ each: true }),
    Field({ ...rule, schema: { ...bounds, type: [of] as never } }, options),
  );
}

/** An object of a class whose properties are fields themselves. */
export function ObjectField(of: Class, options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    Type(() => of),
    ValidateNested(),
    Field({ ...OBJECT_RULE, schema: { type: of as never } }, options),
  );
}

/** An object used as a map, such as public name → upstream name. */
export const MapField = (keys: FieldRule, values: FieldRule, options: FieldOptions & rules.ListBounds) =>
  Field(mapRule(keys, values, options), options);

/** At most `requests` per sliding window of `windowSeconds`. */
export class RateLimitDto {
  /** Requests per window. */
  @IntegerField(1, 1_000_000_000, { description: 'Requests per window.', example: 600 })
  requests!: number;

  /** Length of the window in seconds, up to a day. */
  @IntegerField(1, 86_400, {
    description: 'Length of the sliding window in seconds, up to a day.',
    example: 60,
  })
  windowSeconds!: number;
}

/** At most `tokens` consumed per sliding window of `windowSeconds`. */
export class TokenRateLimitDto {
  /** Tokens per window, input and output together. */
  @IntegerField(1, 1_000_000_000, { description: 'Tokens per window, input and output together.', example: 200_000 })
  tokens!: number;

  /** Length of the window in seconds, up to a day. */
  @IntegerField(1, 86_400, { description: 'Length of the sliding window in seconds, up to a day.', example: 60 })
  windowSeconds!: number;
}

/** Changes of a token-rate limit; what is absent stays. */
export class UpdateTokenRateLimitDto {
  /** Tokens per window, input and output together. */
  @IntegerField(1, 1_000_000_000, {
    optional: true,
    description: 'Tokens per window, input and output together; needed where there is no limit yet.',
  })
  tokens?: number;

  /** Length of the window in seconds, up to a day. */
  @IntegerField(1, 86_400, {
    optional: true,
    description: 'Length of the sliding window in seconds, up to a day; needed where there is no limit yet.',
  })
  windowSeconds?: number;
}

/** A limit of what is consumed, known only when a request is over: the next ones are refused until the window has room again. */
export const TokenRateLimitField = (whose: string, of: Class = TokenRateLimitDto) =>
  ObjectField(of, {
    optional: true,
    nullable: true,
    description: `How many tokens the requests of ${whose} may consume. A request is refused while the window is full, and counts what it consumed when it is over. Null: no limit.`,
    default: null,
  });

/** How many requests may run at the same time. */
export const ParallelRequestsField = (whose: string) =>
  IntegerField(1, 1_000_000, {
    optional: true,
    nullable: true,
    description: `How many requests of ${whose} may run at the same time. Null: no limit.`,
    default: null,
    example: 50,
  });

/** A request-rate limit. */
export const RateLimitField = (options: FieldOptions = {}) => ObjectField(RateLimitDto, options);
