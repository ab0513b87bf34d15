import { DomainError, ERROR_CATALOGUE, type ErrorCode } from '@tokenbay/errors';
import type { VideoSubmissionReading } from '@tokenbay/providers';
import type { Task } from '@tokenbay/tasks';
import { AttemptFailure, throwUpstreamFailure, toAttemptFailure, toFinalError } from '../relay/attempt.js';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';

/** Ends of calls of which nothing reached the provider. */
const UNSENT: ReadonlySet<UpstreamErrorKind> = new Set(['connect', 'connect_timeout', 'exhausted']);

/** Why a submission that left the house has come to nothing. */
export interface SubmissionFailure {
  /** What the client is told: never to repeat it. */
  readonly error: DomainError;
  /** What the health of the channel learns. */
  readonly finding: AttemptFailure | DomainError;
  /** The upstream's word, for the receipt. */
  readonly reason: string;
  /** True where it may run at the provider all the same. */
  readonly mayRun: boolean;
}

/** What an answer without a task means. */
export function toRefusal(
  { outcome, failure }: Exclude<VideoSubmissionReading, { outcome: 'accepted' }>,
  status: number,
): SubmissionFailure {
  return judge(() => throwUpstreamFailure(failure, status), outcome === 'unknown');
}

/** What a call without an answer means. What did not even connect has reached nobody. */
export function toLostCall(error: unknown): SubmissionFailure {
  if (!(error instanceof UpstreamError)) return judge(() => raise(error), true);
  const mayRun = !UNSENT.has(error.kind);
  return judge(() => raise(toAttemptFailure(error)), mayRun);
}

/** The error that once answered a submission, for who sends the same again. */
export function replayRefusal({ errorCode, errorMessage, refusedWith }: Task): DomainError {
  const code =
    errorCode !== null && Object.hasOwn(ERROR_CATALOGUE, errorCode) ? (errorCode as ErrorCode) : 'upstream_failed';
  return new DomainError(code, `as before, ${refusedWith}`, {
    ...(errorMessage !== null && { message: errorMessage }),
    shouldRetry: false,
  });
}

function judge(raiseIt: () => never, mayRun: boolean): SubmissionFailure {
  try {
    return raiseIt();
  } catch (thrown) {
    const finding =
      thrown instanceof AttemptFailure || thrown instanceof DomainError
        ? thrown
        : new DomainError('internal_error', 'submission', { cause: thrown });
    const error = finding instanceof AttemptFailure ? toFinalError([finding]) : finding;
    const reason = finding instanceof AttemptFailure ? finding.reason : finding.code;
    return { error: withoutRetry(error), finding, reason, mayRun };
  }
}

/** Repeated, it could become a second task. */
function withoutRetry({ code, detail, options, cause }: DomainError): DomainError {
  return new DomainError(code, detail, { ...options, ...(cause !== undefined && { cause }), shouldRetry: false });
}

function raise(error: unknown): never {
  throw error;
}
