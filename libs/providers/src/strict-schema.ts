import type { JsonObject } from './provider.js';

const DEPTH_MAX = 64;

/**
 * True where a schema can be obeyed strictly by OpenAI: every object in it is closed and demands all of its properties. Any other schema is
 * refused where it is said to be strict.
 */
export function isStrictSchema(schema: JsonObject): boolean {
  return isStrict(schema, DEPTH_MAX);
}

function isStrict(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isStrict(item, depth - 1));
  const schema = value as JsonObject;
  if (schema['type'] === 'object' && !isClosed(schema)) return false;
  return Object.values(schema).every((inner) => isStrict(inner, depth - 1));
}

function isClosed({ additionalProperties, properties, required }: JsonObject): boolean {
  const names = Object.keys((properties as JsonObject | null | undefined) ?? {});
  const demanded = Array.isArray(required) ? required : [];
  return additionalProperties === false && names.every((name) => demanded.includes(name));
}
