import type { JsonObject } from '../provider.js';

const DEPTH_MAX = 64;
/** Maps whose keys are the client's own names, with a schema behind each. */
const MAPS = new Set(['properties', '$defs', 'definitions', 'patternProperties']);
/** Values, not schemas. */
const OPAQUE = new Set(['enum', 'const', 'default', 'examples', 'required', 'propertyOrdering']);

/**
 * A JSON schema in the words of the subset that Gemini reads: one constant is a list of one, older definitions stand where newer do, and
 * nothing stands beside a reference. The schema says the same as before.
 */
export function toGeminiSchema(schema: JsonObject): JsonObject {
  const { $schema: _draft, ...own } = schema;
  return convert(own, DEPTH_MAX) as JsonObject;
}

function convert(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => convert(item, depth - 1));
  const schema = value as JsonObject;
  if (typeof schema['$ref'] === 'string') return referTo(schema, depth);
  const entries = Object.entries(schema).map(([key, inner]): [string, unknown] => {
    if (key === 'const') return ['enum', [inner]];
    return [key === 'definitions' ? '$defs' : key, convertField(key, inner, depth)];
  });
  return Object.fromEntries(entries);
}

function convertField(key: string, inner: unknown, depth: number): unknown {
  if (OPAQUE.has(key)) return inner;
  if (!MAPS.has(key) || typeof inner !== 'object' || inner === null) return convert(inner, depth - 1);
  return Object.fromEntries(Object.entries(inner).map(([name, schema]) => [name, convert(schema, depth - 1)]));
}

/** Beside a reference only fields with a `$` are taken, definitions among them. */
function referTo(schema: JsonObject, depth: number): JsonObject {
  const kept = Object.entries(schema).flatMap(([key, inner]): [string, unknown][] => {
    if (key === '$ref') return [[key, String(inner).replace('#/definitions/', '#/$defs/')]];
    const name = key === 'definitions' ? '$defs' : key;
    return name.startsWith('$') ? [[name, convertField(name, inner, depth)]] : [];
  });
  return Object.fromEntries(kept);
}
