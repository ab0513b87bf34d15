import type { ErrorRenderer, Logger } from '@tokenbay/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorCounts } from './error-counts.js';
import type { RequestMetrics } from './request-metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request's head was read, on the monotonic clock. */
    startedAtMs: number;
  }
}

/** Counts every request, and writes one line for each that was served; refusals have a line of their own, with their code. */
export function observeRequests(fastify: FastifyInstance, metrics: RequestMetrics, logger: Logger): void {
  fastify.decorateRequest('startedAtMs', 0);
  fastify.decorateRequest('notes');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.startedAtMs = performance.now();
    request.notes = {};
    // Fastify makes these anew each time they are asked for.
    const { url: route, config } = request.routeOptions;
    metrics.begin();
    reply.raw.once('close', () => {
      const ms = performance.now() - request.startedAtMs;
      const status = reply.raw.headersSent ? reply.raw.statusCode : 0;
      const isPublic = config.access === 'public';
      metrics.end({
        route: route ?? 'none',
        status,
        brokenBy: request.notes.brokenBy,
        isPublic,
        seconds: ms / 1000,
      });
      // A refusal and a stream that broke have a line of their own.
      if (status >= 400 || isPublic || request.notes.brokenBy) return;
      const words = reply.raw.writableFinished ? 'served' : 'client left';
      logger.info({ requestId: request.id, ...lineOf(request), status }, words);
    });
    done();
  });
}

/** The renderer, counting every error that it renders. */
export function countErrors(renderer: ErrorRenderer, counts: ErrorCounts): ErrorRenderer {
  return {
    render(view, request) {
      counts.count(view.code);
      return renderer.render(view, request);
    },
  };
}

/** What the log says of a request. Status 0 beside it means that the client left before anything was answered. */
export function lineOf({ method, caller, routeOptions, notes, startedAtMs }: FastifyRequest): object {
  const ms = Math.round(performance.now() - startedAtMs);
  return { method, route: routeOptions.url, ms, accountId: caller?.account.id, apiKeyId: caller?.key.id, ...notes };
}
