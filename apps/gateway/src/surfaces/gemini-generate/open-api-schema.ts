import type { JsonObject } from '@tokenbay/providers';

const DEPTH_MAX = 64;
/** Numbers that Google's JSON writes as text, since they have 64 bits. */
const LENGTHS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);
/** Of Google's own: hints on how a value is shown. */
const HINTS = new Set(['propertyOrdering', 'example']);

/** Gemini's schema, which is OpenAPI's, as the JSON schema that says the same. */
export function toJsonSchema(schema: JsonObject): JsonObject {
  return convert(schema, DEPTH_MAX);
}

function convert(schema: JsonObject, depth: number): JsonObject {
  const { nullable, type, ...fields } = schema;
  const name = typeof type === 'string' ? type.toLowerCase() : undefined;
  const isTyped = name !== undefined && name !== 'type_unspecified';
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    if (HINTS.has(key) || (key === 'format' && value === 'enum')) return [];
    return [[key, convertField(key, value, depth)]];
  });
  const converted: JsonObject = {
    ...(isTyped && { type: nullable === true ? [name, 'null'] : name }),
    ...Object.fromEntries(entries),
  };
  return nullable === true ? withNull(converted) : converted;
}

function convertField(key: string, value: unknown, depth: number): unknown {
  if (LENGTHS.has(key) && typeof value === 'string' && value !== '') return Number(value);
  if (depth === 0 || typeof value !== 'object' || value === null) return value;
  if (key === 'items') return convert(value as JsonObject, depth - 1);
  if (key === 'anyOf' && Array.isArray(value))
    return value.map((item) => (isObject(item) ? convert(item, depth - 1) : (item as unknown)));
  if (key !== 'properties' && key !== 'defs') return value;
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => [
    name,
    isObject(inner) ? convert(inner, depth - 1) : inner,
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

/** What lists its values or kinds must list nothing among them. */
function withNull(schema: JsonObject): JsonObject {
  const { enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...(values as unknown[]), null] }),
    ...(Array.isArray(anyOf) && { anyOf: [...(anyOf as unknown[]), { type: 'null' }] }),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
