import type { DomainError, ErrorCode, ErrorStatus, ErrorType } from '@tokenbay/errors';

/** What a caller may learn of an error, before a dialect gives it a form. Holds nothing that is for the log only. */
export interface ErrorView {
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  readonly type: ErrorType;
  readonly message: string;
  /** What the dialect's official library has to read in place of our code where it looks for its own; absent nearly always. */
  readonly dialectCode?: string;
  /** The parameter at fault, or null. */
  readonly param: string | null;
  /** What `x-should-retry` says. */
  readonly retryable: boolean;
  /** Whole seconds ≥ 1 on every 429 and 503, otherwise null. */
  readonly retryAfterSeconds: number | null;
  /** Every problem of a body, one sentence each; empty where there is only the message. */
  readonly problems: readonly string[];
  readonly requestId: string;
}

/** Beyond this wait client libraries are told to give up rather than to sleep. */
const WAIT_WORTH_RETRYING_SECONDS = 60;
const UNKNOWN_WAIT_SECONDS = 1;

/** The part of an error that may leave the house. */
export function toErrorView(error: DomainError, requestId: string): ErrorView {
  const { status, options } = error;
  const retryAfterSeconds = status === 429 || status === 503 ? wholeSeconds(options.retryAfterSeconds) : null;
  return {
    code: error.code,
    status,
    type: error.type,
    message: error.publicMessage,
    ...(options.dialectCode !== undefined && { dialectCode: options.dialectCode }),
    param: options.param ?? null,
    retryable: error.isRetryable && (retryAfterSeconds ?? 0) <= WAIT_WORTH_RETRYING_SECONDS,
    retryAfterSeconds,
    problems: options.problems ?? [],
    requestId,
  };
}

/** The headers every error answer carries, whatever its dialect. */
export function errorHeaders({ requestId, retryable, retryAfterSeconds }: ErrorView): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': requestId,
    'request-id': requestId,
    'x-should-retry': String(retryable),
    ...(retryAfterSeconds !== null && { 'retry-after': String(retryAfterSeconds) }),
  };
}

function wholeSeconds(seconds: number | undefined): number {
  return seconds !== undefined && Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : UNKNOWN_WAIT_SECONDS;
}
