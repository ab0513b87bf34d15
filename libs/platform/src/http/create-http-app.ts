import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@tokenbay/errors';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import { uuidv7 } from '../ids.js';
import { DomainExceptionFilter } from './domain-exception.filter.js';
import { isStopping, watchUnusedConnections } from './drain.js';
import { ErrorResponder, type ErrorResponderOptions } from './error-responder.js';
import { HttpAdapter } from './http-adapter.js';
import { HTTP_LIMITS } from './http-limits.js';
import type { HttpLimits } from './http-limits.js';
import { type Interceptor, interceptRequests } from './intercept-requests.js';
import { answerClientError, answerOddRequests } from './malformed-http.js';
import { NestLogger } from './nest-logger.js';

/** What an application tells its HTTP edge. */
export interface HttpAppOptions extends ErrorResponderOptions {
  /** Largest request body, bytes. */
  readonly bodyBytesMax: number;
  readonly limits?: Partial<HttpLimits>;
  /** Media types read as JSON besides `application/json`. */
  readonly jsonTypes?: readonly string[];
  /** Sees every request before the framework does. */
  readonly intercept?: Interceptor;
}

/** The root module of an application, as Nest takes it. */
export type RootModule = Parameters<typeof NestFactory.create>[0];

/**
 * Builds the Nest application of a process on Fastify, not yet listening: every answer carries `x-request-id` and `request-id`, every error
 * goes through the responder, all time limits are set, and only JSON is parsed until the application adds parsers of its own.
 */
export async function createHttpApp(module: RootModule, options: HttpAppOptions): Promise<NestFastifyApplication> {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const responder = new ErrorResponder(options);
  const adapter = new HttpAdapter(serverOptions(options, limits, responder), responder);
  const fastify = adapter.getInstance<FastifyInstance>();
  nameEveryAnswer(fastify);
  parseOnlyJson(fastify, options.jsonTypes);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(options.logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new DomainExceptionFilter(responder));
  const server = app.getHttpServer();
  if (options.intercept) interceptRequests(server, options.intercept);
  answerOddRequests(server, responder);
  watchUnusedConnections(server);
  return app;
}

function serverOptions(
  { bodyBytesMax }: HttpAppOptions,
  limits: HttpLimits,
  responder: ErrorResponder,
): FastifyHttpOptions<Server> {
  return {
    logger: false,
    bodyLimit: bodyBytesMax,
    genReqId: () => uuidv7(),
    requestIdHeader: false,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.connectionTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    return503OnClosing: false,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      maxHeaderSize: limits.headerBytesMax,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: limits.pathParameterLengthMax },
    clientErrorHandler: (error, socket) => answerClientError(responder, error, socket),
    frameworkErrors: (error, request, reply) => responder.answer(error, request, reply),
  };
}

function nameEveryAnswer(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('request-id', request.id);
    // A client that keeps its connection busy would keep a server that stops from ending.
    if (isStopping(fastify.server)) void reply.header('connection', 'close');
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      void reply.header('connection', 'close');
      done(new DomainError('invalid_request', 'no Host', { message: 'The request has no Host header.' }));
      return;
    }
    done();
  });
}

/** An empty body counts as absent, since many clients send a content-type with a bodyless POST; prototype poisoning is refused. */
function parseOnlyJson(fastify: FastifyInstance, otherTypes: readonly string[] = []): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    ['application/json', ...otherTypes],
    { parseAs: 'string' },
    (request, body: string, done) => {
      if (body.length === 0) done(null, undefined);
      else void parse(request, body, done);
    },
  );
}
