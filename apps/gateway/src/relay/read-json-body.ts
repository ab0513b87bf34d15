import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import { countJsonValues } from './count-values.js';

const DEPTH_MAX = 64;
const VALUES_MAX = 250_000;
/** Smaller bodies cannot hold too many values. */
const COUNTED_FROM_BYTES = 262_144;
const inflate = promisify(gunzip);

/** A request body before it is understood. */
export interface EncodedBody {
  readonly bytes: Buffer;
  readonly encoding: string | undefined;
  readonly bytesMax: number;
}

/** Undoes `content-encoding`. Throws `request_too_large` as soon as the decoded size passes the bound, `invalid_request` for any other fault. */
export async function decodeBody({ bytes, encoding, bytesMax }: EncodedBody): Promise<Buffer> {
  const coding = encoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return bytes;
  if (coding !== 'gzip') throw invalid('content-encoding must be identity or gzip');
  try {
    return await inflate(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new DomainError('request_too_large');
    throw invalid('The body is not valid gzip.');
  }
}

/**
 * Parses a body that must be a JSON object, once: of duplicate keys the last counts, here and upstream alike, since what was parsed is
 * what is forwarded. Refuses nesting deeper than 64, more than 250,000 values, and keys named `__proto__`.
 */
export function parseJsonBody(bytes: Buffer): JsonObject {
  if (bytes.length === 0) throw invalid('The body is empty; a JSON object is expected.');
  if (bytes.length > COUNTED_FROM_BYTES && countJsonValues(bytes) > VALUES_MAX) {
    throw invalid(`The body holds more than ${VALUES_MAX} values.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid('The body is not valid JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('The body must be a JSON object.');
  assertPlain(body, 1);
  return body as JsonObject;
}

function assertPlain(value: object, depth: number): void {
  if (depth > DEPTH_MAX) throw invalid(`The body is nested deeper than ${DEPTH_MAX}.`);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (typeof item === 'object' && item !== null) assertPlain(item, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw invalid('The body has a key that is not allowed: __proto__.');
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'object' && item !== null) assertPlain(item, depth + 1);
  }
}

function invalid(message: string): DomainError {
  return new DomainError('invalid_request', undefined, { message });
}
