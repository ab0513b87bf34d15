import { type ErrorRenderer, infoWriterOf, type Logger } from '@tokenbay/platform';
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
  const writeInfo = infoWriterOf(logger);
  fastify.decorateRequest('startedAtMs', 0);
  fastify.decorateRequest('notes');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.startedAtMs = performance.now();
    request.notes = {};
    // Fastify makes these anew each time they are asked for.
    const { url: route, config } = request.routeOptions;
    metrics.begin();
    reply.raw.on('close', () => {
      const { raw } = reply;
      const { brokenBy } = request.notes;
      const seconds = (performance.now() - request.startedAtMs) / 1000;
      const status = raw.headersSent ? raw.statusCode : 0;
      const isPublic = config.access === 'public';
      metrics.end({ route: route ?? 'none', status, brokenBy, isPublic, seconds });
      // A refusal and a stream that broke have a line of their own.
      if (status >= 400 || isPublic || brokenBy) return;
      writeInfo(raw.writableFinished ? 'served' : 'client left', renderLine(request, route ?? 'none', status));
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

/** The same in JSON text, for requests that were served. Ids, methods and patterns hold nothing that JSON would escape. */
function renderLine({ id, method, caller, notes, startedAtMs }: FastifyRequest, route: string, status: number): string {
  const ms = Math.round(performance.now() - startedAtMs);
  let line = `"requestId":"${id}","method":"${method}","route":"${route}","ms":${ms}`;
  if (caller) line += `,"accountId":"${caller.account.id}","apiKeyId":"${caller.key.id}"`;
  if (notes.model !== undefined) line += `,"model":${JSON.stringify(notes.model)}`;
  if (notes.charge !== undefined) line += `,"charge":${notes.charge}`;
  return `${line},"status":${status}`;
}
