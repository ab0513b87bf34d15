import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { FastifyRequest } from 'fastify';

/** The parsed body of a request that must have one. Throws `invalid_request` where it came without. */
export function jsonBodyOf({ body }: FastifyRequest): JsonObject {
  if (typeof body === 'object' && body !== null) return body as JsonObject;
  throw new DomainError('invalid_request', 'no body', { message: 'The body is empty; a JSON object is expected.' });
}
