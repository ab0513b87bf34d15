import { DomainError } from '@tokenbay/errors';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../relay/caller.js';

/** Whoever was admitted with this request. Routes without admission have no caller and must not ask. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new DomainError('internal_error', 'a route without admission asked for its caller');
  return caller;
}
