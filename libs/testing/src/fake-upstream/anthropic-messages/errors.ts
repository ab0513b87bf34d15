import type { ErrorForm, ProviderError } from '../protocol.js';

const ORGANISATION = '0e3c5a1b-fake-canary-9d8e-7f6a5b4c3d2e';
const error = (status: number, type: string, message: string): ProviderError => ({ status, type, message, code: null });
/** A request that cannot be, as Anthropic words it. */
export const invalidRequest = (message: string): ProviderError => error(400, 'invalid_request_error', message);

/** The documented errors, for the directive `error:<code>`. */
const ANTHROPIC_ERRORS: Record<string, ProviderError> = {
  invalid_request_error: invalidRequest('messages: at least one message is required'),
  prompt_too_long: invalidRequest('prompt is too long: 204857 tokens > 200000 maximum'),
  content_filter: invalidRequest('Output blocked by content filtering policy'),
  credit_balance: invalidRequest(
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ),
  authentication_error: error(401, 'authentication_error', 'invalid x-api-key'),
  permission_error: error(
    403,
    'permission_error',
    'Your API key does not have permission to use the specified resource.',
  ),
  not_found_error: error(404, 'not_found_error', 'model: gone'),
  request_too_large: error(413, 'request_too_large', 'Request exceeds the maximum size'),
  rate_limit_error: error(
    429,
    'rate_limit_error',
    `This request would exceed the rate limit for your organization (${ORGANISATION}) of 50 requests per minute.`,
  ),
  api_error: error(500, 'api_error', 'Internal server error'),
  timeout_error: error(504, 'timeout_error', 'The request timed out'),
  overloaded_error: error(529, 'overloaded_error', 'Overloaded'),
};

const BY_STATUS: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** How Anthropic words its errors. */
export const ANTHROPIC_ERROR_FORM: ErrorForm = {
  byCode(code) {
    const known = ANTHROPIC_ERRORS[code];
    if (!known) throw new Error(`unknown error: ${code}`);
    return known;
  },
  byStatus(status) {
    const known = ANTHROPIC_ERRORS[BY_STATUS[status] ?? ''];
    const type = status < 500 ? 'invalid_request_error' : 'api_error';
    return known ?? error(status, type, `The fake upstream answers ${status}.`);
  },
  render: ({ type, message }) =>
    JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_011FakeCanary0123456789' }),
};
