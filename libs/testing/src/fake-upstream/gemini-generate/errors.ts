import type { ErrorForm, ProviderError } from '../protocol.js';

interface GoogleError extends ProviderError {
  details?: object[];
}

const KEY = 'AIzaSyFakeCanary0123456789abcdefghijk';
const error = (status: number, type: string, message: string, details?: object[]): GoogleError => ({
  ...{ status, type, message, code: null },
  ...(details && { details }),
});
/** A request that cannot be, as Google words it. */
export const invalidArgument = (message: string): ProviderError => error(400, 'INVALID_ARGUMENT', message);

const reason = (name: string): object => ({
  ...{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: name, domain: 'googleapis.com' },
  metadata: { service: 'generativelanguage.googleapis.com' },
});
const QUOTA_WORDS = 'You exceeded your current quota, please check your plan and billing details.';

/** The documented errors, for the directive `error:<code>`. */
const GOOGLE_ERRORS: Record<string, GoogleError> = {
  api_key_invalid: error(400, 'INVALID_ARGUMENT', `API key not valid. Please pass a valid API key. (${KEY})`, [
    reason('API_KEY_INVALID'),
  ]),
  api_key_missing: error(
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers (callers without established identity).",
  ),
  permission_denied: error(
    403,
    'PERMISSION_DENIED',
    'Your API key was reported as leaked. Please use another API key.',
  ),
  input_too_long: invalidArgument(
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ),
  user_location: error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  credits_depleted: error(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
  resource_exhausted: error(429, 'RESOURCE_EXHAUSTED', `${QUOTA_WORDS} Please retry in 33.5s.`, [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '33.5s' },
  ]),
  not_found: error(404, 'NOT_FOUND', 'models/gone is not found for API version v1beta.'),
  internal: error(500, 'INTERNAL', 'An internal error has occurred.'),
  unavailable: error(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  deadline_exceeded: error(504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.'),
};

const BY_STATUS: Record<number, string> = {
  401: 'api_key_missing',
  403: 'permission_denied',
  404: 'not_found',
  429: 'resource_exhausted',
  500: 'internal',
  503: 'unavailable',
  504: 'deadline_exceeded',
};

/** How Google words its errors. */
export const GOOGLE_ERROR_FORM: ErrorForm = {
  byCode(code) {
    const known = GOOGLE_ERRORS[code];
    if (!known) throw new Error(`unknown error: ${code}`);
    return known;
  },
  byStatus(status) {
    const known = GOOGLE_ERRORS[BY_STATUS[status] ?? ''];
    return (
      known ?? error(status, status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL', `The fake upstream answers ${status}.`)
    );
  },
  render({ status, type, message, ...rest }: GoogleError) {
    const { details } = rest;
    return JSON.stringify({ error: { code: status, message, status: type, ...(details && { details }) } });
  },
};
