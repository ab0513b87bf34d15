import { createHash } from 'node:crypto';
import type { JsonObject } from '@tokenbay/providers';
import type { FormFile } from '../../relay/multipart/multipart-form.js';

/**
 * SHA-256 of what a submission says: its fields, whatever their order and whether they came as JSON or as texts of a form, and its files by
 * name and content.
 */
export function digestOf(fields: JsonObject, files: readonly Pick<FormFile, 'field' | 'sha256'>[]): Buffer {
  const named = files.map(({ field, sha256 }) => [field, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([toPlain(fields), named]))
    .digest();
}

/** Objects by sorted keys, numbers and flags as texts, and nothing of what is null. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, item]) => item !== null && item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, toPlain(item)]);
}
