import type { FastifyReply } from 'fastify';

/** Says what of the request no part of the upstream's could carry. */
export function nameDropped(reply: FastifyReply, fields: readonly string[]): void {
  if (fields.length > 0) void reply.header('x-tokenbay-dropped-fields', fields.join(', '));
}
