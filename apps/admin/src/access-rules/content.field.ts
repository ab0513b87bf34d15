import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { RULE_TYPES, type RuleType } from '@tokenbay/access-rules';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { FIELD_CONSTRAINT } from '../http/field.js';
import type { FieldRule } from '../http/field-rule.js';

/** Which types of rule have the field, and whether those may leave it out. */
export interface ContentOptions {
  readonly of: readonly RuleType[];
  readonly optional?: true;
  readonly description: string;
  readonly default?: unknown;
}

/** A field that only rules of some types have: demanded of them, refused in others, where null counts as absent. */
export function ContentField(rule: FieldRule, { of, optional, ...documentation }: ContentOptions): PropertyDecorator {
  const problem = (value: unknown, { type }: { type?: unknown }): string | undefined => {
    const isOther = RULE_TYPES.some((known) => known === type && !of.includes(known));
    if (value === undefined) return isOther || optional || !isKnown(type) ? undefined : ' is required.';
    return isOther ? ` has no meaning in a rule of type ${String(type)}.` : rule.problem(value);
  };
  return applyDecorators(
    ApiProperty({ ...rule.schema, required: false, nullable: true, ...documentation } as ApiPropertyOptions),
    Transform(({ value }: { value: unknown }) => value ?? undefined),
    ValidateBy({
      name: FIELD_CONSTRAINT,
      validator: {
        validate: (value, args) => problem(value, args?.object ?? {}) === undefined,
        defaultMessage: (args) => problem(args?.value, args?.object ?? {}) ?? ' is not valid.',
      },
    }),
  );
}

function isKnown(type: unknown): boolean {
  return RULE_TYPES.some((known) => known === type);
}
