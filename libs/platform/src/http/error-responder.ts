import type { DomainError, ErrorCode } from '@tokenbay/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';
import { isStopping } from './drain.js';
import type { ErrorRenderer } from './error-renderer.js';
import { errorHeaders, toErrorView } from './error-view.js';
import { toDomainError } from './to-domain-error.js';

/** Errors after which the rest of the request cannot be trusted to begin where the next one should. */
const CLOSING_STATUSES = new Set([408, 411, 414, 415, 417, 431]);
const CLOSING_CODES = new Set(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH']);

const UNWANTED_BODY_TIMEOUT_MS = 10_000;

/** How a process answers its errors. */
export interface ErrorResponderOptions {
  readonly logger: Logger;
  /** Gives errors the form of the dialect that a path speaks. */
  readonly renderer: ErrorRenderer;
  /** The code of a path that leads nowhere. */
  readonly routeNotFound: ErrorCode;
  /** What the log says of a request that is refused: nothing that a client sent but its method. */
  readonly describe?: (request: FastifyRequest) => object;
}

/** Answers every error of the process, from wherever it was thrown: hook, parser, router or controller. */
export class ErrorResponder {
  constructor(private readonly options: ErrorResponderOptions) {}

  get renderer(): ErrorRenderer {
    return this.options.renderer;
  }

  get routeNotFound(): ErrorCode {
    return this.options.routeNotFound;
  }

  /** Sends the error, unless an answer has already begun: then the connection is cut, since a clean end would look like success. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toDomainError(thrown, this.routeNotFound);
    this.log(error, request.id, this.options.describe?.(request));
    if (reply.sent || reply.raw.headersSent) {
      if (!reply.raw.writableEnded) reply.raw.destroy();
      return;
    }
    const view = toErrorView(error, request.id);
    const { body, headers } = this.renderer.render(view, request);
    // Otherwise the rest of a body is read and dropped: a client that is cut while it sends never sees why.
    if (closesConnection(thrown)) void reply.header('connection', 'close');
    else if (!isStopping(request.server.server) && request.headers.host !== undefined)
      void reply.removeHeader('connection');
    if (!request.raw.complete) dropSlowSender(request);
    void reply
      .code(view.status)
      .headers({ ...errorHeaders(view), ...headers })
      .send(body);
  }

  /** Writes the line of one error, at the level its catalogue entry asks for. */
  log(error: DomainError, requestId: string, request: object = {}): void {
    const { logger } = this.options;
    const { code, status, detail, options, entry } = error;
    if (!logger.isLevelEnabled(entry.logLevel)) return;
    const cause = error.cause === undefined ? undefined : describeError(error.cause);
    logger[entry.logLevel]({ requestId, ...request, code, status, detail, cause, ...options.details }, 'refused');
  }
}

/** What is still being sent is read and dropped for a while, and no longer. */
function dropSlowSender({ raw }: FastifyRequest): void {
  setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, UNWANTED_BODY_TIMEOUT_MS).unref();
}

function closesConnection(thrown: unknown): boolean {
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: number; code?: string };
  return CLOSING_STATUSES.has(statusCode ?? 0) || CLOSING_CODES.has(code ?? '');
}
