import type { Channel, ChannelKey } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import type { UpstreamFailure } from '@tokenbay/providers';
import { UpstreamError } from '../upstream/upstream-error.js';

/** What a client is told to wait where the upstream did not say. */
const UNKNOWN_WAIT_SECONDS = 1;

/** One try at one channel with one of its keys, as the receipt keeps it. */
export interface Attempt {
  readonly channelId: string;
  readonly keyId: string;
  /** The upstream's HTTP status; null where it gave none. */
  readonly status: number | null;
  readonly ms: number;
  /** Why it failed; null where it did not. */
  readonly reason: string | null;
}

/** A channel and key chosen for one try. */
export interface Target {
  readonly channel: Channel;
  readonly key: ChannelKey;
}

/** Why a try failed, so far as it decides what comes next. */
export type AttemptVerdict = 'key' | 'channel' | 'saturated' | 'server' | 'timeout' | 'unreadable';

/** A failed try that another channel may make good. */
export class AttemptFailure extends Error {
  constructor(
    readonly verdict: AttemptVerdict,
    readonly reason: string,
    readonly retryAfterSeconds?: number,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/** Throws what an upstream's refusal means: DomainError where it speaks of the client's request, AttemptFailure where it speaks of us. */
export function throwUpstreamFailure(failure: UpstreamFailure, status: number): never {
  if (failure.kind === 'request') {
    throw new DomainError(failure.code ?? 'invalid_request', `upstream ${status}`, {
      ...(failure.message !== undefined && { message: failure.message }),
      ...(failure.param !== undefined && { param: failure.param }),
    });
  }
  throw new AttemptFailure(failure.kind, `${failure.kind} ${status}`, failure.retryAfterSeconds);
}

/** What a broken call means. A time limit exceeded after the request was sent is final: the upstream may be at work on it. */
export function toAttemptFailure(error: UpstreamError): AttemptFailure | DomainError {
  if (error.kind === 'stopping') return toStoppingError(error);
  if (error.kind === 'connect_timeout') return new AttemptFailure('timeout', error.message, undefined, error);
  if (error.kind === 'timeout' || error.kind === 'abandoned')
    return new DomainError('upstream_timeout', error.message, { cause: error });
  const isUnreadable = error.kind === 'malformed' || error.kind === 'too_large';
  return new AttemptFailure(isUnreadable ? 'unreadable' : 'server', error.message, undefined, error);
}

/** What a client is told whose answer we cut because this process stops: another one may take the request at once. */
export function toStoppingError(cause: UpstreamError): DomainError {
  const message = 'The gateway is shutting down.';
  return new DomainError('system_overloaded', 'stopping', { message, retryAfterSeconds: 1, cause });
}

/** True where a request failed only because we ended it after its client had left. */
export function wasAbandoned(error: DomainError): boolean {
  return error.cause instanceof UpstreamError && error.cause.kind === 'abandoned';
}

/** What the client is told when no try succeeded: the failure that repeating the request may mend comes first. */
export function toFinalError(failures: readonly AttemptFailure[]): DomainError {
  const reasons = failures.map(({ reason }) => reason).join(', ');
  const verdicts = new Set(failures.map(({ verdict }) => verdict));
  if (verdicts.has('server')) return new DomainError('upstream_failed', reasons);
  if (verdicts.has('timeout')) return new DomainError('upstream_timeout', reasons);
  if (verdicts.has('saturated')) {
    const saturated = failures.filter(({ verdict }) => verdict === 'saturated');
    const waits = saturated.map(({ retryAfterSeconds = UNKNOWN_WAIT_SECONDS }) => retryAfterSeconds);
    return new DomainError('upstream_saturated', reasons, { retryAfterSeconds: Math.min(...waits) });
  }
  if (verdicts.has('unreadable')) return new DomainError('response_parse_failed', reasons);
  return new DomainError(verdicts.has('key') ? 'channel_key_unavailable' : 'channel_unavailable', reasons);
}
