import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import { DomainError } from '@tokenbay/errors';
import type { ErrorResponder } from './error-responder.js';

/**
 * Nest's Fastify adapter with our answers to errors. Nest would wrap the framework's errors and missing routes into exceptions of its own
 * and lose their codes; here hooks, parsers and the router reach the responder directly.
 */
export class HttpAdapter extends FastifyAdapter {
  constructor(
    options: FastifyHttpOptions<Server>,
    private readonly responder: ErrorResponder,
  ) {
    super({ ...options, skipMiddie: true });
  }

  override setErrorHandler(): never {
    return this.getInstance().setErrorHandler((error, request, reply) => {
      this.responder.answer(error, request, reply);
    }) as never;
  }

  override setNotFoundHandler(): never {
    return this.getInstance().setNotFoundHandler((request, reply) => {
      this.responder.answer(new DomainError(this.responder.routeNotFound), request, reply);
    }) as never;
  }
}
