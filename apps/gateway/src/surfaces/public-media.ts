import { findPublicUrlProblem } from '@tokenbay/platform';
import { invalid } from './body-reader.js';

const DEPTH_MAX = 4;
/** No part has so many; looking at each of a whole body full takes a second. */
const FIELDS_MAX = 1_000;
/** Fields that hold an address, in the spellings of all dialects and of those who extend them, or do not mind the case of letters. */
const ADDRESS = /ur[li]s?$/i;
/** Fields that hold the data itself, or for some providers its address. */
const EITHER = /^(?:(?:file|input|init|source|mask|reference|ref)_?)?(?:data|file|audio|image|video|mask|src|href)s?$/i;
/** No base64 has a colon. */
const SCHEME = /^\s*(?:[a-z][a-z0-9+.-]{0,31}:|\/\/)/i;
/** By any of these a part says more than words, whatever its type: some providers look at the fields, not at the type. */
const MEDIA = /image|video|audio|file|ur[il]s?$/i;
const DATA_URL = /^\s*data:/i;

/** A value inside a part, its own name or that of the list it is in, and the path to it. */
interface Field {
  readonly value: unknown;
  readonly name: string;
  readonly at: string;
}

/**
 * Throws `invalid_request` naming the field where a part that is no text names its data by an address that is not public, or is none of the
 * web: a provider in the operator's own network would fetch from inside what the client cannot reach. Names are not looked up.
 */
export function assertPublicMedia(part: unknown, at: string): void {
  look({ value: part, name: '', at }, DEPTH_MAX);
}

/** The same for one field of a request. */
export function assertPublicField(value: unknown, name: string): void {
  look({ value, name, at: name }, DEPTH_MAX);
}

/** True for a part that has a field for more than words. */
export function holdsMedia(part: object | null): boolean {
  const names = Object.keys(part ?? {});
  return names.length > FIELDS_MAX || names.some((name) => MEDIA.test(name));
}

/** The same for one address, which may hold the data itself. */
export function assertPublicAddress(url: string, at: string): void {
  const problem = DATA_URL.test(url) ? undefined : findPublicUrlProblem(url);
  if (problem !== undefined) throw invalid(at, `${problem}; or send the data itself`);
}

function look({ value, name, at }: Field, depth: number): void {
  if (typeof value === 'string') {
    if (ADDRESS.test(name) || (EITHER.test(name) && SCHEME.test(value))) assertPublicAddress(value, at);
    return;
  }
  if (typeof value !== 'object' || value === null || depth === 0) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) look({ value: item, name, at: `${at}[${index}]` }, depth - 1);
    return;
  }
  const names = Object.keys(value);
  if (names.length > FIELDS_MAX) throw invalid(at, `has more than ${FIELDS_MAX} fields`);
  for (const key of names)
    look({ value: (value as Record<string, unknown>)[key], name: key, at: `${at}.${key}` }, depth - 1);
}
