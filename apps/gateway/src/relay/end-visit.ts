import type { Visit } from '@tokenbay/channels';
import { DomainError, type ErrorCode } from '@tokenbay/errors';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';
import { AttemptFailure } from './attempt.js';

/** Refusals for the request's own sake. */
const OF_THE_REQUEST: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'context_length_exceeded',
  'content_policy_violation',
]);
/** Ends that say nothing of the upstream: it was we who ended the call, or could not make it. */
const OURS: ReadonlySet<UpstreamErrorKind> = new Set(['abandoned', 'aborted', 'stopping', 'exhausted']);

/** Tells the channel's health how a request ended there: well where there is no error. */
export function endVisit(visit: Visit, error: unknown): void {
  if (error === undefined) visit.succeed();
  else if (error instanceof AttemptFailure) endByAttempt(visit, error);
  else if (error instanceof UpstreamError) endByUpstreamError(visit, error);
  else if (error instanceof DomainError) endByDomainError(visit, error);
  else visit.release();
}

function endByAttempt(visit: Visit, { finding }: AttemptFailure): void {
  if (finding) visit.fail(finding);
  else visit.release();
}

function endByDomainError(visit: Visit, error: DomainError): void {
  if (OF_THE_REQUEST.has(error.code)) visit.refuse();
  else if (error.cause instanceof UpstreamError) endByUpstreamError(visit, error.cause);
  else if (error.code === 'response_parse_failed') visit.fail({ reason: 'failing' });
  else visit.release();
}

function endByUpstreamError(visit: Visit, { kind }: UpstreamError): void {
  if (OURS.has(kind)) visit.release();
  else visit.fail({ reason: 'failing' });
}
