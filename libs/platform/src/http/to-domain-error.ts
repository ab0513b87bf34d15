import { HttpException } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import type { ErrorCode } from '@tokenbay/errors';

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
}

const NOT_JSON = invalid('The body must be JSON and must say so: send content-type: application/json.');

/** Errors of the framework by their own code. Their messages are ours: the framework's may quote the request. */
const BY_CODE: Readonly<Record<string, Translation>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: NOT_JSON,
  FST_ERR_CTP_EMPTY_JSON_BODY: invalid('The request body is empty.'),
  FST_ERR_CTP_INVALID_JSON_BODY: invalid('The request body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: invalid('The request body is not as long as content-length says.'),
  FST_ERR_BAD_URL: invalid('The path of the request is not a valid URL.'),
  FST_ERR_MAX_PARAM_LENGTH: invalid('The path of the request is too long.'),
  ECONNRESET: invalid('The request body ended early.'),
  ERR_STREAM_PREMATURE_CLOSE: invalid('The request body ended early.'),
};

/** Errors of the framework by status, where the code is not in the table. */
const BY_STATUS: Readonly<Record<number, Translation>> = {
  408: invalid('The request took too long to arrive.'),
  413: { code: 'request_too_large', message: 'The request body is too large.' },
  414: invalid('The path of the request is too long.'),
  415: NOT_JSON,
  417: invalid('The expectation of the request cannot be met.'),
  431: invalid('The headers of the request are too large.'),
  503: { code: 'system_overloaded', message: 'The gateway is shutting down.' },
};

/**
 * Turns whatever was thrown into a DomainError. Errors of the framework go through the tables; anything unknown becomes `internal_error`
 * with the thrown value as its cause, which only the log sees.
 */
export function toDomainError(error: unknown, routeNotFound: ErrorCode = 'route_not_found'): DomainError {
  if (error instanceof DomainError) return error;
  const status = frameworkStatus(error);
  if (status === undefined) return new DomainError('internal_error', undefined, { cause: error });
  if (status === 404 || status === 405) return new DomainError(routeNotFound);
  const translation = BY_CODE[codeOf(error) ?? ''] ?? BY_STATUS[status];
  if (translation) return new DomainError(translation.code, codeOf(error), { message: translation.message });
  if (status < 500) return new DomainError('invalid_request', codeOf(error));
  return new DomainError('internal_error', undefined, { cause: error });
}

/** The status of an error that Nest, Fastify or the reading of a body made; undefined for any other, even one with a `statusCode`. */
function frameworkStatus(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  if (!(error instanceof Error) || typeof status !== 'number') return undefined;
  const code = codeOf(error) ?? '';
  const isBodyError = status === 400 && (/^(Z_|HPE_)/.test(code) || code in BY_CODE || error instanceof SyntaxError);
  return code.startsWith('FST_') || isBodyError ? status : undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function invalid(message: string): Translation {
  return { code: 'invalid_request', message };
}
