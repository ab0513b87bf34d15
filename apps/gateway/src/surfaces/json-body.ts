import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { FastifyRequest } from 'fastify';
import { refuseDisguised } from './refuse-disguised.js';

/** The parsed body of a request that must have one. Throws `invalid_request` where it came without, or with names that are not read as spelled. */
export function jsonBodyOf({ body }: FastifyRequest): JsonObject {
  if (typeof body === 'object' && body !== null) {
    refuseDisguised(body as JsonObject);
    return body as JsonObject;
  }
  throw new DomainError('invalid_request', 'no body', { message: 'The body is empty; a JSON object is expected.' });
}
