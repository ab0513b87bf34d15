import type { HttpAnswer } from '@tokenbay/testing';

/** Status of every code that a text request can be refused with, and whether repeating it may help, as clients rely on them. */
const REFUSALS = {
  invalid_request: [400, false],
  context_length_exceeded: [400, false],
  content_policy_violation: [400, false],
  api_key_missing: [401, false],
  api_key_invalid: [401, false],
  api_key_disabled: [403, false],
  api_key_unavailable: [403, false],
  api_key_expired: [403, false],
  account_banned: [403, false],
  group_not_allowed: [403, false],
  ip_denied_by_blacklist: [403, false],
  ip_not_in_whitelist: [403, false],
  access_rule_time_window_denied: [403, false],
  model_disabled: [403, false],
  model_capability_not_supported: [403, false],
  api_key_model_not_allowed: [403, false],
  group_model_not_allowed: [403, false],
  account_point_insufficient: [403, false],
  api_key_point_insufficient: [403, false],
  model_not_found: [404, false],
  route_not_found: [404, false],
  usage_not_found: [404, false],
  request_too_large: [413, false],
  api_key_point_limit_exceeded: [429, false],
  account_rate_limited: [429, true],
  model_rate_limited: [429, true],
  global_rate_limited: [429, true],
  upstream_saturated: [429, true],
  upstream_failed: [500, true],
  response_parse_failed: [500, false],
  not_implemented: [501, false],
  channel_unavailable: [503, false],
  channel_key_unavailable: [503, false],
  ledger_unavailable: [503, true],
  system_overloaded: [503, true],
  upstream_timeout: [504, false],
} as const;
const TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  426: 'not_implemented_error',
  429: 'rate_limit_error',
  500: 'api_error',
  501: 'not_implemented_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};
const GEMINI_STATUSES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};
const WAIT_WORTH_RETRYING_SECONDS = 60;
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export type RefusalCode = keyof typeof REFUSALS;

/** Where a refusal differs from its usual form. */
export interface RefusalForm {
  dialect?: 'openai' | 'anthropic' | 'gemini';
  status?: number;
  message?: RegExp;
  param?: string | null;
}

/** Expects everything that a refusal promises: status, body in the path's dialect, and headers. Answers the seconds of `retry-after`, or null. */
export function expectRefusal(answer: HttpAnswer, code: RefusalCode, form: RefusalForm = {}): number | null {
  const status = form.status ?? REFUSALS[code][0];
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body: bodyOf(answer, code, form) });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(answer.headers.get('x-request-id')).toMatch(UUID_V7);
  expect(answer.headers.get('request-id')).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(/sk-|127\.0\.0\.1|localhost|org-/);
  return expectRetryAdvice(answer, code, status);
}

function bodyOf(answer: HttpAnswer, code: RefusalCode, form: RefusalForm): object {
  const { dialect = 'openai', status = REFUSALS[code][0], message = /^\S.*\S$/s } = form;
  const error = { message: expect.stringMatching(message) as string, type: TYPES[status], code };
  if (dialect === 'gemini') return { error: { ...error, status: GEMINI_STATUSES[status] } };
  if (dialect === 'openai')
    return { error: { ...error, param: form.param === undefined ? paramOf(answer) : form.param } };
  const requestId = answer.headers.get('x-request-id');
  return { type: 'error', error: { ...error, details: { error_code: code } }, request_id: requestId };
}

/** The parameter that the answer names; it must name one or say null. */
function paramOf({ body }: HttpAnswer): string | null {
  const param = (body as { error?: { param?: unknown } } | undefined)?.error?.param;
  return typeof param === 'string' ? param : null;
}

function expectRetryAdvice({ headers }: HttpAnswer, code: RefusalCode, status: number): number | null {
  const retryAfter = headers.get('retry-after');
  const isAwaited = status === 429 || status === 503;
  expect(retryAfter).toEqual(isAwaited ? expect.stringMatching(/^[1-9]\d*$/) : null);
  const seconds = retryAfter === null ? null : Number(retryAfter);
  const mayRetry = REFUSALS[code][1] && (seconds ?? 0) <= WAIT_WORTH_RETRYING_SECONDS;
  expect(headers.get('x-should-retry')).toBe(String(mayRetry));
  return seconds;
}
