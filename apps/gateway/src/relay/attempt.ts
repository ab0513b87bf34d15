import type { HealthReason, Obstacle, VisitFailure } from '@tokenbay/channels';
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

/** Why a try failed, so far as it decides what comes next. */
export type AttemptVerdict = 'key' | 'channel' | 'saturated' | 'server' | 'timeout' | 'unreadable' | 'unsuited';

/** A failed try that another channel may make good. */
export class AttemptFailure extends Error {
  /** What the health of the channel learns of it; undefined where it was not asked. */
  readonly finding: VisitFailure | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** True where nothing has reached an upstream, so that another try is no more traffic than the first. */
  readonly isUnsent: boolean;

  constructor(
    readonly verdict: AttemptVerdict,
    readonly reason: string,
    { finding, retryAfterSeconds, isUnsent = false, cause }: AttemptFailureFacts = {},
  ) {
    super(reason, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
    this.isUnsent = isUnsent;
    const waitMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000;
    const found = finding ?? FINDINGS[verdict];
    this.finding = found && { reason: found, waitMs };
  }
}

/** What is known of a failed try beyond its verdict. */
interface AttemptFailureFacts {
  readonly finding?: HealthReason | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly isUnsent?: boolean;
  readonly cause?: unknown;
}

/** What a verdict says where the upstream says no more. */
const FINDINGS: Readonly<Record<AttemptVerdict, HealthReason | undefined>> = {
  key: 'key_refused',
  channel: 'model_refused',
  saturated: 'rate_limited',
  server: 'failing',
  timeout: 'failing',
  unreadable: 'failing',
  unsuited: undefined,
};

/** Throws what an upstream's refusal means: DomainError where it speaks of the client's request, AttemptFailure where it speaks of us. */
export function throwUpstreamFailure(failure: UpstreamFailure, status: number): never {
  if (failure.kind === 'request') {
    throw new DomainError(failure.code ?? 'invalid_request', `upstream ${status}`, {
      ...(failure.message !== undefined && { message: failure.message }),
      ...(failure.param !== undefined && { param: failure.param }),
    });
  }
  throw new AttemptFailure(failure.kind, `${failure.reason ?? failure.kind} ${status}`, {
    ...{ finding: failure.reason, retryAfterSeconds: failure.retryAfterSeconds },
  });
}

/** What a broken call means. One that we ended, since its client has left, is final. */
export function toAttemptFailure(error: UpstreamError): AttemptFailure | DomainError {
  const { kind, message } = error;
  if (kind === 'stopping') return toStoppingError(error);
  if (kind === 'exhausted') return toExhaustedError(error);
  if (kind === 'abandoned') return new DomainError('upstream_timeout', message, { cause: error });
  if (kind === 'connect_timeout' || kind === 'timeout')
    return new AttemptFailure('timeout', message, { isUnsent: kind === 'connect_timeout', cause: error });
  const isUnreadable = kind === 'malformed' || kind === 'too_large';
  return new AttemptFailure(isUnreadable ? 'unreadable' : 'server', message, {
    ...{ isUnsent: kind === 'connect', cause: error },
  });
}

/** What a client is told whose answer we cut because this process stops: another one may take the request at once. */
export function toStoppingError(cause: UpstreamError): DomainError {
  const message = 'The gateway is shutting down.';
  return new DomainError('system_overloaded', 'stopping', { message, retryAfterSeconds: 1, cause });
}

/** Another channel cannot be reached either, and none is to blame. */
function toExhaustedError(cause: UpstreamError): DomainError {
  return new DomainError('system_overloaded', cause.message, { retryAfterSeconds: UNKNOWN_WAIT_SECONDS, cause });
}

/** True where a request failed only because we ended it after its client had left. */
export function wasAbandoned(error: DomainError): boolean {
  return error.cause instanceof UpstreamError && error.cause.kind === 'abandoned';
}

/**
 * What the client is told when no try succeeded: the failure that repeating the request may mend comes first. `obstacle` is what kept the
 * request away from the channels that are left; undefined where none was looked for.
 */
export function toFinalError(failures: readonly AttemptFailure[], obstacle?: Obstacle): DomainError {
  const reasons = failures.map(({ reason }) => reason).join(', ');
  const verdicts = new Set(failures.map(({ verdict }) => verdict));
  if (verdicts.has('server')) return new DomainError('upstream_failed', reasons);
  if (verdicts.has('timeout')) return new DomainError('upstream_timeout', reasons);
  if (verdicts.has('saturated') || obstacle?.kind === 'saturated') return saturated(failures, obstacle);
  if (failures[0]?.verdict === 'unsuited' && verdicts.size === 1 && failures[0].cause instanceof DomainError)
    return failures[0].cause;
  if (verdicts.has('unreadable')) return new DomainError('response_parse_failed', reasons);
  return unavailable(verdicts, reasons, obstacle);
}

/** The shortest wait after which one of the channels may take the request. */
function saturated(failures: readonly AttemptFailure[], obstacle: Obstacle | undefined): DomainError {
  const waits = failures
    .filter(({ verdict }) => verdict === 'saturated')
    .map(({ retryAfterSeconds = UNKNOWN_WAIT_SECONDS }) => retryAfterSeconds);
  if (obstacle?.kind === 'saturated') waits.push(obstacle.waitMs / 1_000);
  const reasons = failures.map(({ reason }) => reason).join(', ');
  return new DomainError('upstream_saturated', reasons || 'every channel is busy', {
    retryAfterSeconds: Math.max(Math.min(...waits), UNKNOWN_WAIT_SECONDS),
  });
}

/** Repeating helps where something is only cooling down; what is disabled is tried again much later. */
function unavailable(
  verdicts: ReadonlySet<AttemptVerdict>,
  reasons: string,
  { kind, waitMs }: Obstacle = { kind: 'channel', waitMs: 0 },
): DomainError {
  const isKey = kind === 'key_cooling' || kind === 'key' || (kind === 'channel' && verdicts.has('key'));
  const isCooling = kind === 'cooling' || kind === 'key_cooling';
  return new DomainError(isKey ? 'channel_key_unavailable' : 'channel_unavailable', reasons || kind, {
    ...(isCooling && { shouldRetry: true }),
    ...(waitMs > 0 && { retryAfterSeconds: waitMs / 1_000 }),
  });
}
