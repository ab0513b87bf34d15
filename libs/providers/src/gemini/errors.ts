import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure, UpstreamFailureReason } from '../provider.js';
import { type DetailWire, type ErrorWire, objectsIn, type PromptFeedbackWire, textOf } from './wire.js';

type Ours = Pick<UpstreamFailure, 'kind' | 'reason'>;

const KEY: Ours = { kind: 'key', reason: 'key_refused' };
const CREDIT: Ours = { kind: 'key', reason: 'out_of_credit' };
/** What an `ErrorInfo` names; it speaks of us whatever the status. */
const REASONS: ReadonlyMap<string, Ours> = new Map([
  ...['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_SERVICE_BLOCKED', 'API_KEY_HTTP_REFERRER_BLOCKED'].map(asKey),
  ...['API_KEY_IP_ADDRESS_BLOCKED', 'API_KEY_ANDROID_APP_BLOCKED', 'API_KEY_IOS_APP_BLOCKED'].map(asKey),
  ...['CONSUMER_INVALID', 'CONSUMER_SUSPENDED', 'ACCOUNT_STATE_INVALID', 'CREDENTIALS_MISSING'].map(asKey),
  ...['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED', 'SERVICE_DISABLED', 'USER_PROJECT_DENIED'].map(asKey),
  ['BILLING_DISABLED', CREDIT],
]);
const CONTEXT_WORDS =
  /input token count .*exceeds|exceeds the maximum number of (?:input )?tokens|context (?:length|window)/i;
const POLICY_WORDS = /blocked .*(?:safety|policy|prohibited)|violat\w+ .*polic/i;
const KEY_WORDS = /\bAPI[ _]key\b/i;
const PLACE_WORDS = /\b(?:location|country|region|territory)\b/i;
const CREDIT_WORDS = /\b(?:billing|credits?|prepa(?:y|id)|spend(?:ing)? (?:cap|limit))\b/i;
const MODEL_WORDS = /\bmodels?\b/i;
/** A quota of nothing is no quota that comes back. */
const NO_QUOTA = /limit: 0\b/;
/** What stands in quotes is the client's own. */
const QUOTED = /(['"`])(?:(?!\1)[^]){1,200}\1/g;

/** Judges an answer that is not 2xx: by the reason it gives, then by its status word, then by its number. */
export function readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure {
  const error = errorOf(body);
  const failure = judge(error, status);
  const waitSeconds = retryDelayOf(error) ?? retryAfterSeconds;
  const canWait = failure.kind === 'saturated' || failure.kind === 'server';
  return canWait && waitSeconds !== undefined ? { ...failure, retryAfterSeconds: waitSeconds } : failure;
}

/** Judges an error that came inside a 200. */
export function readErrorBody(error: ErrorWire): UpstreamFailure {
  return judge(error, 500);
}

/** A prompt that was not let through: there is no answer, and it is the request's own fault. */
export function readBlocked(feedback: PromptFeedbackWire | null | undefined): UpstreamFailure | undefined {
  const reason = textOf(feedback?.blockReason);
  if (reason === '' || reason === 'BLOCKED_REASON_UNSPECIFIED') return undefined;
  return { kind: 'request', code: 'content_policy_violation', message: `The prompt was blocked: ${reason}.` };
}

function judge(error: ErrorWire, status: number): UpstreamFailure {
  if (status === 529) return ours({ kind: 'saturated', reason: 'overloaded' }, error);
  for (const { reason } of objectsIn<DetailWire>(error.details)) {
    const known = REASONS.get(textOf(reason));
    if (known) return ours(known, error);
  }
  return judgeWord(error) ?? judgeStatus(status, error);
}

function judgeWord(error: ErrorWire): UpstreamFailure | undefined {
  switch (error.status) {
    case 'UNAUTHENTICATED':
      return ours(KEY, error);
    case 'PERMISSION_DENIED':
      return ours(judgePermission(error), error);
    case 'RESOURCE_EXHAUSTED':
      return ours(judgeQuota(error), error);
    case 'FAILED_PRECONDITION':
      return ours(judgePrecondition(error), error);
    case 'NOT_FOUND':
      return ours({ kind: 'channel', reason: reasonOfAbsence(error) }, error);
    case 'UNIMPLEMENTED':
      return ours({ kind: 'channel', reason: 'model_refused' }, error);
    case 'UNAVAILABLE':
      return ours({ kind: 'saturated', reason: 'overloaded' }, error);
    case 'INTERNAL':
    case 'UNKNOWN':
    case 'ABORTED':
    case 'CANCELLED':
    case 'DATA_LOSS':
    case 'DEADLINE_EXCEEDED':
      return ours({ kind: 'server' }, error);
    case 'INVALID_ARGUMENT':
    case 'OUT_OF_RANGE':
      return judgeRequest(error);
    default:
      return undefined;
  }
}

function judgeStatus(status: number, error: ErrorWire): UpstreamFailure {
  if (status === 429) return ours(judgeQuota(error), error);
  if (status === 401 || status === 403) return ours(judgePermission(error), error);
  if (status === 402) return ours(CREDIT, error);
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    return ours({ kind: 'channel', reason: reasonOfAbsence(error) }, error);
  if (status === 408 || status >= 500) return ours({ kind: 'server' }, error);
  return judgeRequest(error);
}

/** Who has no key of its own may still name one wrongly: words about ours come without quotes. */
function judgeRequest(error: ErrorWire): UpstreamFailure {
  const words = wordsOf(error);
  if (KEY_WORDS.test(words)) return ours(KEY, error);
  const message = textOf(error.message);
  const shown = message === '' ? {} : { message: cleanMessage(message) };
  if (CONTEXT_WORDS.test(words)) return { kind: 'request', code: 'context_length_exceeded', ...shown };
  if (POLICY_WORDS.test(words)) return { kind: 'request', code: 'content_policy_violation', ...shown };
  return { kind: 'request', code: 'invalid_request', ...shown };
}

function judgePermission(error: ErrorWire): Ours {
  const words = wordsOf(error);
  if (PLACE_WORDS.test(words)) return { kind: 'channel', reason: 'region_refused' };
  if (CREDIT_WORDS.test(words)) return CREDIT;
  return MODEL_WORDS.test(words) && !KEY_WORDS.test(words) ? { kind: 'channel', reason: 'model_refused' } : KEY;
}

/** Its usual sentence speaks of billing even where only the minute is over: what was exceeded stands in the details. */
function judgeQuota(error: ErrorWire): Ours {
  const words = wordsOf(error);
  if (NO_QUOTA.test(words)) return CREDIT;
  const isRate = objectsIn<DetailWire>(error.details).some(
    ({ retryDelay, violations }) => retryDelay !== undefined || violations !== undefined,
  );
  return !isRate && CREDIT_WORDS.test(words.replace(/plan and billing details/i, ''))
    ? CREDIT
    : { kind: 'saturated', reason: 'rate_limited' };
}

function judgePrecondition(error: ErrorWire): Ours {
  const words = wordsOf(error);
  if (CREDIT_WORDS.test(words)) return CREDIT;
  return PLACE_WORDS.test(words) ? { kind: 'channel', reason: 'region_refused' } : { kind: 'channel' };
}

function reasonOfAbsence(error: ErrorWire): UpstreamFailureReason {
  return MODEL_WORDS.test(wordsOf(error)) ? 'model_refused' : 'address_wrong';
}

/** `"34s"`, `"34.5s"`. */
function retryDelayOf({ details }: ErrorWire): number | undefined {
  for (const { retryDelay } of objectsIn<DetailWire>(details)) {
    const seconds = Number.parseFloat(textOf(retryDelay));
    if (seconds >= 0) return Math.ceil(seconds);
  }
  return undefined;
}

/** Streams that are no events are refused in a list of one. */
function errorOf(body: unknown): ErrorWire {
  const answer: unknown = Array.isArray(body) ? body[0] : body;
  const error = (answer as { error?: unknown } | null | undefined)?.error;
  return typeof error === 'object' && error !== null ? error : {};
}

function wordsOf({ message }: ErrorWire): string {
  return textOf(message).replace(QUOTED, '');
}

/** What is ours, with the provider's sentence for administrators. */
function ours(failure: Ours, error: ErrorWire): UpstreamFailure {
  const message = textOf(error.message);
  return message ? { ...failure, message: cleanMessage(message) } : failure;
}

function asKey(reason: string): [string, Ours] {
  return [reason, KEY];
}
