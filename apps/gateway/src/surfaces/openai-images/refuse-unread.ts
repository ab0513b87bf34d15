import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';
import { FIELD_LENGTH_MAX, isAskingField, plainNameOf } from './asked-picture.js';

/** By which providers of this format make more pictures than `n` says, or sell something apart: plain names. */
const UNPRICED_FIELDS: ReadonlySet<string> = new Set([
  ...['batchsize', 'numimages', 'numoutputs', 'numberofimages', 'imagenum', 'samples', 'samplecount', 'maximages'],
  ...['sequentialimagegeneration', 'sequentialimagegenerationoptions', 'extrabody', 'provider', 'tools', 'svg'],
]);
/** What is read under this very name only, by its plain one. */
const READ_FIELDS: ReadonlyMap<string, string> = new Map(
  ['model', 'n', 'service_tier', 'stream', 'output_format', 'partial_images', 'frame_count'].map((name) => [
    plainNameOf(name),
    name,
  ]),
);
const PARAM_LENGTH_MAX = 100;
/** No request has so many; looking at each of a whole body full takes most of a second. */
const FIELDS_MAX = 1_000;

/**
 * Throws `invalid_request` for a field that changes what pictures cost and that nobody reads: without a price, under another spelling of a
 * name, or inside another field, where some providers look for it.
 */
export function refuseUnread(fields: JsonObject): void {
  // Another model writes it, whose tokens are reported apart.
  if (fields['output_format'] === 'svg')
    throw invalid('output_format', 'svg is written by another model, and has no price');
  for (const [name, value] of entriesOf(fields, '')) {
    if ((value ?? null) === null) continue;
    if (name.length > FIELD_LENGTH_MAX) throw invalid(name.slice(0, PARAM_LENGTH_MAX), 'is too long for a field');
    if (isUnread(name)) throw invalid(name, 'changes what the provider charges, and has no price');
    refuseInside(value, name);
  }
}

function isUnread(name: string): boolean {
  const plainName = plainNameOf(name);
  return UNPRICED_FIELDS.has(plainName) || (READ_FIELDS.get(plainName) ?? name) !== name;
}

/** Bodies are bounded in their depth. */
function refuseInside(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) refuseInside(item, path);
    return;
  }
  for (const [name, inner] of entriesOf(value, path)) {
    if (inner === null) continue;
    const plainName = plainNameOf(name);
    if (UNPRICED_FIELDS.has(plainName) || READ_FIELDS.has(plainName) || isAskingField(plainName))
      throw invalid(`${path}.${name}`.slice(0, PARAM_LENGTH_MAX), 'is read at the top of the request only');
    refuseInside(inner, `${path}.${name}`);
  }
}

function entriesOf(fields: object, path: string): [string, unknown][] {
  if (Object.keys(fields).length > FIELDS_MAX)
    throw invalid(path.slice(0, PARAM_LENGTH_MAX) || 'body', `has more than ${FIELDS_MAX} fields`);
  return Object.entries(fields);
}
