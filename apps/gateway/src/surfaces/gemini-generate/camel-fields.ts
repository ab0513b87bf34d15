import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';

const SNAKE = /[a-z0-9]_[a-z]/;
/** No field of the format is named so long; reading one through would take long too. */
const NAME_CHARS_MAX = 128;
/** What stands in these is the client's own: values, or names that it has chosen. */
const OPAQUE = new Set([
  ...['args', 'response', 'labels', 'partMetadata', 'default', 'example', 'enum', 'required', 'propertyOrdering'],
  ...['parametersJsonSchema', 'responseJsonSchema', '_responseJsonSchema', 'customMetadata'],
]);
/** Names that the client has chosen, with fields of the format below each. */
const MAPS = new Set(['properties', 'defs']);
/** Within a declaration this is a schema; within a result it is the client's own. */
const DECLARATIONS = 'functionDeclarations';

/**
 * The body with its fields in camel case. Google's JSON takes the names of its fields in snake case as well, and its manual writes them so;
 * read and forwarded is one spelling. Throws `invalid_request` where a field stands there in both.
 */
export function toCamelFields(body: JsonObject): JsonObject {
  return renameObject(body, false);
}

function rename(value: unknown, isDeclaration: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return renameObject(value as JsonObject, isDeclaration);
  const renamed = value.map((item) => rename(item, isDeclaration));
  return renamed.some((item, index) => item !== value[index]) ? renamed : value;
}

/** The object itself where nothing in it is spelt otherwise: nearly always. */
function renameObject(object: JsonObject, isDeclaration: boolean): JsonObject {
  let isOther = false;
  const entries = Object.entries(object).map(([key, value]) => {
    const name = key.length <= NAME_CHARS_MAX && SNAKE.test(key) ? toCamel(key) : key;
    if (name !== key && name in object) throw invalid(name, `is given twice, as ${key} too`);
    const inner = renameField(name, value, isDeclaration);
    isOther ||= name !== key || inner !== value;
    return [name, inner] as const;
  });
  return isOther ? Object.fromEntries(entries) : object;
}

function renameField(name: string, value: unknown, isDeclaration: boolean): unknown {
  if (OPAQUE.has(name) && !(isDeclaration && name === 'response')) return value;
  if (MAPS.has(name)) return renameValues(value, isDeclaration);
  return rename(value, name === DECLARATIONS);
}

function renameValues(map: unknown, isDeclaration: boolean): unknown {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return map;
  const entries = Object.entries(map).map(([key, value]) => [key, rename(value, isDeclaration)] as const);
  return entries.some(([key, value]) => value !== (map as JsonObject)[key]) ? Object.fromEntries(entries) : map;
}

function toCamel(name: string): string {
  return name.replace(/([a-z0-9])_([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
