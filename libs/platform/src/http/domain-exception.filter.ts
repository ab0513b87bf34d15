import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorResponder } from './error-responder.js';

/** Nest's global filter: whatever a controller, guard, pipe or interceptor throws is answered like every other error of the process. */
@Catch()
export class DomainExceptionFilter implements ExceptionFilter {
  constructor(private readonly responder: ErrorResponder) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.responder.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}
