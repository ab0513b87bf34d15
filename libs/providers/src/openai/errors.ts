import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure } from '../provider.js';
import type { ErrorWire } from './wire.js';

const KEY_CODES = new Set([
  'invalid_api_key',
  'incorrect_api_key',
  'account_deactivated',
  'billing_not_active',
  'billing_hard_limit_reached',
  'insufficient_quota',
  'insufficient_balance',
  'invalid_organization',
  'organization_not_found',
  'ip_not_authorized',
]);
const CHANNEL_CODES = new Set([
  'model_not_found',
  'model_not_available',
  'unsupported_country_region_territory',
  'unsupported_region',
  'unknown_url',
]);
const CONTEXT_CODES = new Set(['context_length_exceeded', 'string_above_max_length', 'max_tokens_exceeded']);
const POLICY_CODES = new Set(['content_policy_violation', 'content_filter', 'moderation_blocked', 'safety_violation']);
/** A path into a request; anything else may be an address or a key. */
const PARAM = /^[A-Za-z_][A-Za-z0-9_.[\]]{0,99}$/;
const CONTEXT_WORDS = /maximum context length|context (length|window)|too many tokens|reduce the length/i;
const KEY_WORDS =
  /\b(?:invalid|incorrect|missing|expired|disabled|revoked) api key\b|\b(?:exceeded|insufficient|out of|not enough|no|low)\b[^.]{0,40}\b(?:quota|credits?|balance)\b|\b(?:quota|credits?|balance)\b[^.]{0,40}\b(?:exceeded|insufficient|exhausted|too low|used up)\b|\bbilling\b/i;
/** What stands in quotes is the client's own: names of its tools, fields and values. */
const QUOTED = /(['"`])(?:(?!\1)[^]){1,200}\1/g;

/** Judges an answer that is not 2xx by its error code first and its status second: some providers say "no credit" with a 400. */
export function readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure {
  const error = errorOf(body);
  const known = judgeCode(error, status === 400 || status === 413 || status === 422);
  if (known) return known;
  if (status === 429 || status === 529) return withRetryAfter({ kind: 'saturated' }, retryAfterSeconds);
  if (status === 401 || status === 402 || status === 403) return { kind: 'key' };
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) return { kind: 'channel' };
  if (status === 408 || status >= 500) return withRetryAfter({ kind: 'server' }, retryAfterSeconds);
  return speaksOfOurKey(error) ? { kind: 'key' } : requestFailure(error);
}

/** Judges an error that came inside a 200: a body with `error`, or an error event. */
export function readErrorBody(error: ErrorWire): UpstreamFailure {
  const known = judgeCode(error, error.type === 'invalid_request_error');
  if (known) return known;
  if (error.code === 'rate_limit_exceeded' || error.type === 'rate_limit_error' || error.code === 429)
    return { kind: 'saturated' };
  if (error.type === 'invalid_request_error' && !speaksOfOurKey(error)) return requestFailure(error);
  return { kind: 'server' };
}

function speaksOfOurKey(error: ErrorWire): boolean {
  return KEY_WORDS.test(messageOf(error).replace(QUOTED, ''));
}

/** Codes speak for themselves; words about the context count only where the status says that the request is at fault. */
function judgeCode(error: ErrorWire, isAboutRequest: boolean): UpstreamFailure | undefined {
  const names = [error.code, error.type].filter((name) => typeof name === 'string');
  if (names.some((name) => KEY_CODES.has(name))) return { kind: 'key' };
  if (names.some((name) => CHANNEL_CODES.has(name))) return { kind: 'channel' };
  if (names.some((name) => CONTEXT_CODES.has(name)) || (isAboutRequest && CONTEXT_WORDS.test(messageOf(error))))
    return { ...requestFailure(error), code: 'context_length_exceeded' };
  if (names.some((name) => POLICY_CODES.has(name)))
    return { ...requestFailure(error), code: 'content_policy_violation' };
  return undefined;
}

function requestFailure(error: ErrorWire): UpstreamFailure {
  const message = messageOf(error);
  return {
    kind: 'request',
    code: 'invalid_request',
    ...(message && { message: cleanMessage(message) }),
    ...(typeof error.param === 'string' && PARAM.test(error.param) && { param: error.param }),
  };
}

function errorOf(body: unknown): ErrorWire {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  if (typeof error === 'string') return { message: error };
  if (typeof error === 'object' && error !== null) return error;
  // vLLM and others answer the error's fields at the top level.
  return typeof body === 'object' && body !== null ? body : {};
}

function messageOf(error: ErrorWire): string {
  return typeof error.message === 'string' ? error.message : '';
}

function withRetryAfter(failure: UpstreamFailure, retryAfterSeconds: number | undefined): UpstreamFailure {
  return retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds };
}
