import { cleanMessage } from './clean-message.js';
import type { UpstreamFailure } from './provider.js';

/** An error of OpenAI's, and of whoever speaks its formats. Every field may be absent or null. */
export interface ErrorWire {
  readonly message?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
  /** OpenRouter says here what of the input was flagged, and what kind of error it is. */
  readonly metadata?: { readonly flagged_input?: unknown; readonly error_type?: unknown } | null;
  /** Servers built on FastAPI say here what is wrong. */
  readonly detail?: unknown;
}

/** Codes and types that speak of us, whatever the status: OpenAI's, and those of providers that speak its format. */
const OUR_CODES: ReadonlyMap<unknown, OurFailure> = new Map([
  ...named({ kind: 'key', reason: 'key_refused' }, [
    ...[
      'invalid_api_key',
      'incorrect_api_key',
      'account_deactivated',
      'organization_deactivated',
      'invalid_organization',
    ],
    ...['organization_not_found', 'organization_restricted', 'ip_not_authorized', 'invalid_authentication_error'],
    ...['authentication_error', 'InvalidApiKey', 'InvalidAccessToken', 'wrong_api_key'],
  ]),
  ...named({ kind: 'key', reason: 'out_of_credit' }, [
    ...['billing_not_active', 'billing_hard_limit_reached', 'insufficient_quota', 'insufficient_balance'],
    ...['exceeded_current_quota_error', 'insufficient_user_quota', 'quota_exceeded', 'Arrearage'],
    ...['AllocationQuota.FreeTierOnly', 'payment_required'],
  ]),
  ...named({ kind: 'channel', reason: 'model_refused' }, [
    ...[
      'model_not_found',
      'model_not_available',
      'model_decommissioned',
      'resource_not_found_error',
      'DeploymentNotFound',
    ],
    ...['ModelNotFound', 'AccessDenied.Unpurchased', 'Model.AccessDenied', 'model_permission_denied'],
    ...['OperationNotSupported', 'unavailable_model', 'unknown_model', 'invalid_model'],
    ...['model_permission_blocked_org', 'model_permission_blocked_project', 'model_terms_required'],
  ]),
  ...named({ kind: 'channel', reason: 'region_refused' }, [
    'unsupported_country_region_territory',
    'unsupported_region',
  ]),
  ...named({ kind: 'channel', reason: 'address_wrong' }, ['unknown_url', 'InvalidURL']),
  ...named({ kind: 'saturated', reason: 'overloaded' }, [
    ...['engine_overloaded_error', 'overloaded_error', 'overloaded', 'capacity_exceeded'],
  ]),
  ...named({ kind: 'saturated', reason: 'rate_limited' }, [
    ...[
      'rate_limit_exceeded',
      'rate_limit_reached_error',
      'Throttling',
      'Throttling.RateQuota',
      'Throttling.AllocationQuota',
    ],
  ]),
]);
const CONTEXT_CODES = new Set([
  ...['context_length_exceeded', 'string_above_max_length', 'max_tokens_exceeded'],
  ...['token_limit_exceeded', 'string_too_long', 'exceed_context_size_error'],
]);
const POLICY_CODES = new Set([
  ...['content_policy_violation', 'content_filter', 'content_filter_error', 'moderation_blocked', 'safety_violation'],
  ...['DataInspectionFailed', 'data_inspection_failed'],
]);
/** A path into a request; anything else may be an address or a key. */
const PARAM = /^[A-Za-z_][A-Za-z0-9_.[\]]{0,99}$/;
const CONTEXT_WORDS =
  /context (?:length|window|size)|too many tokens|reduce the length|maximum prompt length|prompt is too long|range of input length|max tokens allowed|exceeded model token limit|tokens \+ `?max_new_tokens`? must be/i;
const KEY_WORDS =
  /\b(?:invalid|incorrect|missing|expired|disabled|revoked) api key\b|\baccount\b[^.]{0,80}\bsuspended\b/i;
/** xAI refuses content with the status of a key that may not ask, DeepSeek as any bad request. */
const POLICY_WORDS = /\bviolat\w+ (?:our |the )?(?:usage|content|safety) (?:guidelines|polic)|\bcontent exists risk\b/i;
const CREDIT_WORDS =
  /\b(?:exceeded|insufficient|out of|not enough|no|low)\b[^.]{0,40}\b(?:quota|credits?|balance)\b|\b(?:quota|credits?|balance)\b[^.]{0,40}\b(?:exceeded|insufficient|exhausted|too low|used up)\b|\bbilling\b|\bspending limit\b|\bused all (?:available )?credits\b/i;
/** With the status of a rate limit only what cannot be meant of a rate. */
const SPENT_WORDS = /\bspending limit\b|\bused all (?:available )?credits\b|\binsufficient balance\b/i;
const MODEL_WORDS = /\bmodel\b/i;
/** Of a model that the channel has by a wrong name: its provider calls that a bad request. */
const UNKNOWN_MODEL_WORDS = /\bmodel not exist\b|\bis not a valid model\b/i;
const STATUS = /^[45]\d\d$/;
/** What stands in quotes is the client's own: names of its tools, fields and values. */
const QUOTED = /(['"`])(?:(?!\1)[^]){1,200}\1/g;

/** Judges an answer that is not 2xx by its error code first and its status second: some providers say "no credit" with a 400. */
export function readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure {
  const error = errorOf(body);
  const failure =
    judgeCode(error, status === 400 || status === 413 || status === 422) ??
    judgeStatus(status, error) ??
    judgeWords(error) ??
    requestFailure(error);
  return retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds };
}

/** Judges an error that came inside a 200: a body with `error`, or an error event. A status as its code (OpenRouter, vLLM) is its status. */
export function readErrorBody(error: ErrorWire): UpstreamFailure {
  if (STATUS.test(String(error.code))) return readFailure(Number(error.code), { error }, undefined);
  const known = judgeCode(error, error.type === 'invalid_request_error');
  if (known) return known;
  if (error.code === 'rate_limit_exceeded' || error.type === 'rate_limit_error')
    return ours({ kind: 'saturated', reason: 'rate_limited' }, error);
  if (error.type === 'invalid_request_error') return judgeWords(error) ?? requestFailure(error);
  return ours({ kind: 'server' }, error);
}

/** Statuses that speak of us; undefined where they leave it to the words. */
function judgeStatus(status: number, error: ErrorWire): UpstreamFailure | undefined {
  if (status === 429 && SPENT_WORDS.test(messageOf(error)))
    return ours({ kind: 'key', reason: 'out_of_credit' }, error);
  if (status === 429) return ours({ kind: 'saturated', reason: 'rate_limited' }, error);
  if (status === 529) return ours({ kind: 'saturated', reason: 'overloaded' }, error);
  if (status === 401 || status === 403) return judgeWords(error) ?? ours({ kind: 'key', reason: 'key_refused' }, error);
  if (status === 402) return ours({ kind: 'key', reason: 'out_of_credit' }, error);
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) {
    const isModel = status === 404 && MODEL_WORDS.test(messageOf(error));
    return ours({ kind: 'channel', reason: isModel ? 'model_refused' : 'address_wrong' }, error);
  }
  return status === 408 || status >= 500 ? ours({ kind: 'server' }, error) : undefined;
}

/** Words that speak of our key or credit, outside what is quoted. */
function judgeWords(error: ErrorWire): UpstreamFailure | undefined {
  const words = wordsOf(error);
  if (CREDIT_WORDS.test(words)) return ours({ kind: 'key', reason: 'out_of_credit' }, error);
  return KEY_WORDS.test(words) ? ours({ kind: 'key', reason: 'key_refused' }, error) : undefined;
}

/** Codes speak for themselves; words about the context count only where the status says that the request is at fault. */
function judgeCode(error: ErrorWire, isAboutRequest: boolean): UpstreamFailure | undefined {
  const names = [error.code, error.type, error.metadata?.error_type].filter((name) => typeof name === 'string');
  const known = names.map((name) => OUR_CODES.get(name)).find((failure) => failure !== undefined);
  if (known) return ours(known, error);
  if (isAboutRequest && UNKNOWN_MODEL_WORDS.test(wordsOf(error)))
    return ours({ kind: 'channel', reason: 'model_refused' }, error);
  if (names.some((name) => CONTEXT_CODES.has(name)) || (isAboutRequest && CONTEXT_WORDS.test(messageOf(error))))
    return { ...requestFailure(error), code: 'context_length_exceeded' };
  if (names.some((name) => POLICY_CODES.has(name)) || error.metadata?.flagged_input != null || isAgainstPolicy(error))
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

function isAgainstPolicy(error: ErrorWire): boolean {
  return POLICY_WORDS.test(wordsOf(error));
}

/** The provider's own words, without what they quote. */
function wordsOf(error: ErrorWire): string {
  return messageOf(error).replace(QUOTED, '');
}

/** The sentence; of servers built on FastAPI the problems of each field, which Mistral wraps once more. */
function messageOf({ message, detail }: ErrorWire): string {
  if (typeof message === 'string') return message;
  const said = detail ?? (message as { detail?: unknown } | null | undefined)?.detail ?? message;
  if (typeof said === 'string') return said;
  return Array.isArray(said) ? said.map(problemOf).join('; ') : '';
}

/** One field that was found wrong, and why. */
function problemOf(problem: { readonly loc?: unknown; readonly msg?: unknown } | null): string {
  const place = Array.isArray(problem?.loc) ? problem.loc.filter((step) => step !== 'body').join('.') : '';
  return typeof problem?.msg === 'string' ? `${place}: ${problem.msg}` : place;
}

/** What is ours, with the provider's sentence for administrators. */
function ours(failure: OurFailure, error: ErrorWire): UpstreamFailure {
  const message = messageOf(error);
  return message ? { ...failure, message: cleanMessage(message) } : failure;
}

function named(failure: OurFailure, codes: readonly string[]): [string, OurFailure][] {
  return codes.map((code) => [code, failure]);
}

type OurFailure = Pick<UpstreamFailure, 'kind' | 'reason'>;
