import { DomainError } from '@tokenbay/errors';
import type { IncomingHttpHeaders } from 'node:http';

/** Where a request may carry its key. */
export interface CredentialSource {
  readonly headers: IncomingHttpHeaders;
  /** The `key` of the query string, on paths where Google's libraries put it. */
  readonly queryKey: unknown;
}

export const TWO_CREDENTIALS = 'The request carries two different API keys.';

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * The one key that a request carries, in any of the places that official libraries use. Throws `api_key_missing`, `api_key_invalid` for an
 * `Authorization` that is no bearer token, and `invalid_request` for two that differ.
 */
export function readCredential({ headers, queryKey }: CredentialSource): string {
  let secret = readBearer(headers.authorization);
  secret = merge(secret, headers['x-api-key']);
  secret = merge(secret, headers['x-goog-api-key']);
  secret = merge(secret, queryKey);
  if (secret === undefined) throw new DomainError('api_key_missing');
  return secret;
}

function readBearer(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const secret = BEARER.exec(header)?.[1];
  if (secret === undefined && /^Bearer *$/i.test(header)) return undefined;
  if (secret === undefined) throw new DomainError('api_key_invalid', 'not a bearer token');
  return secret;
}

function merge(secret: string | undefined, other: unknown): string | undefined {
  if (other === undefined || other === '') return secret;
  if (typeof other !== 'string' || (secret !== undefined && secret !== other)) {
    throw new DomainError('invalid_request', 'two credentials', {
      message: TWO_CREDENTIALS,
    });
  }
  return other;
}
