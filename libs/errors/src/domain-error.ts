import { ERROR_CATALOGUE } from './catalogue.js';
import type { ErrorCode, ErrorEntry } from './catalogue.js';
import { ERROR_TYPES } from './error-type.js';
import type { ErrorStatus, ErrorType } from './error-type.js';

/** What the thrower knows beyond the catalogue. All of it but `cause` and `details` may reach the caller. */
export interface DomainErrorOptions {
  /** What led here; for the log only. */
  cause?: unknown;
  /** The true wait in seconds; rendered as `retry-after` on 429 and 503, rounded up, at least 1. */
  retryAfterSeconds?: number;
  /** A better sentence than the catalogue's for the caller: no id, host or secret. */
  message?: string;
  /** The parameter at fault, for dialects that name it. */
  param?: string;
  /** What the official library of the dialect calls it, where that has to know it to go on by itself. */
  dialectCode?: string;
  /** Every problem of a body, one readable sentence each. */
  problems?: string[];
  /** Overrides the catalogue's `retryable` for this occurrence. */
  shouldRetry?: boolean;
  /** One of the entry's other statuses, where the contract gives a code two. */
  status?: ErrorStatus;
  /** Structured facts for the log only. */
  details?: Record<string, unknown>;
}

/**
 * The one error rooms throw on purpose. `detail` is for the log; the caller sees the catalogue's sentence or `options.message`.
 * Refusals that are no fault of ours carry no stack: they are a hot path, and their code already says where they come from.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly options: Readonly<DomainErrorOptions>;

  constructor(code: ErrorCode, detail?: string, options: DomainErrorOptions = NO_OPTIONS) {
    const { logLevel } = ERROR_CATALOGUE[code];
    const depth = Error.stackTraceLimit;
    if (logLevel === 'info' || logLevel === 'debug') Error.stackTraceLimit = 0;
    super(
      detail === undefined ? code : `${code}: ${detail}`,
      'cause' in options ? { cause: options.cause } : undefined,
    );
    Error.stackTraceLimit = depth;
    this.code = code;
    this.detail = detail;
    this.options = options;
  }

  /** What the catalogue says about the code. */
  get entry(): ErrorEntry {
    return ERROR_CATALOGUE[this.code];
  }

  /** The HTTP status of this occurrence. */
  get status(): ErrorStatus {
    return this.options.status ?? this.entry.status;
  }

  /** The word in `error.type`; follows the status. */
  get type(): ErrorType {
    return ERROR_TYPES[this.status];
  }

  /** The sentence for the caller. */
  get publicMessage(): string {
    return this.options.message ?? this.entry.message;
  }

  /** Whether the same request may be sent again, before the length of the wait is considered. */
  get isRetryable(): boolean {
    return this.options.shouldRetry ?? this.entry.retryable;
  }
}

DomainError.prototype.name = 'DomainError';

const NO_OPTIONS: DomainErrorOptions = Object.freeze({});
