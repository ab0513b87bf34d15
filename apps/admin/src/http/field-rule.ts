import type { ApiPropertyOptions } from '@nestjs/swagger';

/** What a value of a body or query must be: its check, its place in the OpenAPI document and, where JSON has no such type, its conversion. */
export interface FieldRule {
  /** What is wrong with a (converted) value, as the end of a sentence that begins with the path of the field, one line for each problem; undefined: nothing. */
  readonly problem: (value: unknown) => string | undefined;
  /** How the OpenAPI document describes it. */
  readonly schema: FieldSchema;
  /** Turns JSON into what services take; answers something the check refuses where that is impossible. Never sees null. */
  readonly convert?: (value: unknown) => unknown;
}

/** The part of a schema that rules write. */
export type FieldSchema = Pick<
  ApiPropertyOptions,
  | 'type'
  | 'format'
  | 'pattern'
  | 'enum'
  | 'example'
  | 'description'
  | 'items'
  | 'additionalProperties'
  | 'oneOf'
  | 'nullable'
> & {
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  maxProperties?: number;
};

/** Builds a rule whose only sentence is "… must be <mustBe>." */
export function rule(mustBe: string, schema: FieldSchema, accepts: (value: unknown) => boolean): FieldRule {
  return { schema, problem: (value) => (accepts(value) ? undefined : ` must be ${mustBe}.`) };
}
