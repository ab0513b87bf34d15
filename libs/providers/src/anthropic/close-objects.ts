import type { JsonObject } from '../provider.js';

const DEPTH_MAX = 64;

/**
 * The schema with `additionalProperties: false` wherever an object does not say: Messages demands it, and what then is answered is valid by
 * the client's schema as well.
 */
export function closeObjects(schema: JsonObject): JsonObject {
  return closeValue(schema, DEPTH_MAX) as JsonObject;
}

function closeValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => closeValue(item, depth - 1));
  const closed = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closeValue(inner, depth - 1)]));
  return closed['type'] === 'object' && !('additionalProperties' in closed)
    ? { ...closed, additionalProperties: false }
    : closed;
}
