import { findPublicUrlProblem } from '@tokenbay/platform';
import { invalid } from './body-reader.js';

const DEPTH_MAX = 4;
/** Fields that hold an address, in the spellings of all dialects and of those who extend them, and whatever readers take for the same. */
const ADDRESS = /ur[li]$/i;
/** Fields that hold the data itself, or for some providers its address. */
const EITHER = new Set(['data', 'file_data', 'audio', 'image', 'images', 'video']);
const SCHEME = /^\s*[a-z][a-z0-9+.-]{0,31}:\/\//i;
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

/** The same for one address, which may hold the data itself. */
export function assertPublicAddress(url: string, at: string): void {
  const problem = DATA_URL.test(url) ? undefined : findPublicUrlProblem(url);
  if (problem !== undefined) throw invalid(at, `${problem}; or send the data itself`);
}

function look({ value, name, at }: Field, depth: number): void {
  if (typeof value === 'string') {
    if (ADDRESS.test(name) || (EITHER.has(name.toLowerCase()) && SCHEME.test(value))) assertPublicAddress(value, at);
    return;
  }
  if (typeof value !== 'object' || value === null || depth === 0) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) look({ value: item, name, at: `${at}[${index}]` }, depth - 1);
    return;
  }
  for (const [key, inner] of Object.entries(value)) look({ value: inner, name: key, at: `${at}.${key}` }, depth - 1);
}
