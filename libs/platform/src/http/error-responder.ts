import type { DomainError, ErrorCode } from '@tokenbay/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';
import type { ErrorRenderer } from './error-renderer.js';
import { errorHeaders, toErrorView } from './error-view.js';
import { toDomainError } from './to-domain-error.js';

/** Errors after which the rest of the request cannot be trusted to begin where the next one should. */
const CLOSING_STATUSES = new Set([408, 411, 413, 414, 415, 417, 431]);
const CLOSING_CODES = new Set(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH']);

/** Answers every error of the process, from wherever it was thrown: hook, parser, router or controller. */
export class ErrorResponder {
  constructor(
    readonly renderer: ErrorRenderer,
    readonly routeNotFound: ErrorCode,
    private readonly logger: Logger,
  ) {}

  /** Sends the error, unless an answer has already begun: then the connection is cut, since a clean end would look like success. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toDomainError(thrown, this.routeNotFound);
    this.log(error, request.id);
    if (reply.sent || reply.raw.headersSent) {
      if (!reply.raw.writableEnded) reply.raw.destroy();
      return;
    }
    const view = toErrorView(error, request.id);
    const { body, headers } = this.renderer.render(view, request);
    if (closesConnection(thrown)) void reply.header('connection', 'close');
    void reply
      .code(view.status)
      .headers({ ...errorHeaders(view), ...headers })
      .send(body);
  }

  /** Writes the line of one error, at the level its catalogue entry asks for. */
  log(error: DomainError, requestId: string): void {
    const { code, status, detail, options, entry } = error;
    if (!this.logger.isLevelEnabled(entry.logLevel)) return;
    const cause = error.cause === undefined ? undefined : describeError(error.cause);
    this.logger[entry.logLevel]({ requestId, code, status, detail, cause, ...options.details }, 'refused');
  }
}

function closesConnection(thrown: unknown): boolean {
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: number; code?: string };
  return CLOSING_STATUSES.has(statusCode ?? 0) || CLOSING_CODES.has(code ?? '');
}
