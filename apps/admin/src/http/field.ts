import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { FieldRule } from './field-rule.js';

/** The name under which class-validator reports a broken field rule. */
export const FIELD_CONSTRAINT = 'field';

/** Whether a field may be left out, and whether it may be null. Neither unless told. */
export interface FieldOptions {
  /** The field may be absent; the property is then absent too. */
  optional?: true;
  /** The field may be null; in a PATCH null clears it. */
  nullable?: true;
  /** A sentence for the OpenAPI document. */
  description?: string;
  /** What an absent field means in a new object, for the OpenAPI document only, which leaves it out where a PATCH takes the field. */
  default?: unknown;
  /** A value for the OpenAPI document, where the rule's own would mislead. */
  example?: unknown;
}

/** One field of a DTO: validation, conversion and documentation from one rule. */
export function Field(
  rule: FieldRule,
  { optional, nullable, description, example, default: fallback }: FieldOptions,
): PropertyDecorator {
  const { convert } = rule;
  const schema = {
    ...rule.schema,
    required: !optional,
    ...(nullable && { nullable }),
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(example !== undefined && { example }),
  } as ApiPropertyOptions;
  return applyDecorators(
    ApiProperty(schema),
    ValidateIf((_, value) => !(optional && value === undefined) && !(nullable && value === null)),
    ValidateBy({
      name: FIELD_CONSTRAINT,
      validator: {
        validate: (value) => rule.problem(value) === undefined,
        defaultMessage: (args) =>
          args?.value === undefined ? ' is required.' : (rule.problem(args.value) ?? ' is not valid.'),
      },
    }),
    ...(convert
      ? [Transform(({ value }: { value: unknown }) => (value === null || value === undefined ? value : convert(value)))]
      : []),
  );
}
