import type { ErrorForm, ProviderError } from '../protocol.js';

const ORGANISATION = 'org-FakeCanary0123456789abcd';
const invalid = (message: string, code: string | null, param: string | null = null): ProviderError => ({
  status: 400,
  message,
  type: 'invalid_request_error',
  code,
  param,
});

/** The documented errors by their code, for the directive `error:<code>`. */
const OPENAI_ERRORS: Record<string, ProviderError> = {
  context_length_exceeded: invalid(
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130004 tokens. Please reduce the length of the messages.",
    'context_length_exceeded',
    'messages',
  ),
  content_policy_violation: invalid(
    'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.',
    'content_policy_violation',
  ),
  content_filter: {
    ...invalid(
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
      'content_filter',
      'prompt',
    ),
    type: 'null',
  },
  invalid_value: invalid(
    "Invalid value for 'temperature': the model does not support 0.2 with this request.",
    'invalid_value',
    'temperature',
  ),
  unsupported_parameter: invalid(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    'unsupported_parameter',
    'max_tokens',
  ),
  billing_hard_limit_reached: invalid('Billing hard limit has been reached', 'billing_hard_limit_reached'),
  invalid_api_key: {
    ...invalid(
      'Incorrect API key provided: sk-upstr**********nary. You can find your API key at https://platform.openai.com/account/api-keys.',
      'invalid_api_key',
    ),
    status: 401,
  },
  no_api_key: {
    ...invalid(
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      null,
    ),
    status: 401,
  },
  unsupported_country_region_territory: {
    status: 403,
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  model_not_found: {
    ...invalid('The model `gone` does not exist or you do not have access to it.', 'model_not_found'),
    status: 404,
  },
  rate_limit_exceeded: {
    status: 429,
    message: `Rate limit reached for fake in organization ${ORGANISATION} on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  insufficient_quota: {
    status: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  server_error: {
    status: 500,
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    code: null,
  },
  service_unavailable: {
    status: 503,
    message: 'The engine is currently overloaded, please try again later',
    type: 'service_unavailable_error',
    code: null,
  },
  slow_down: { status: 503, message: 'Slow Down', type: 'server_error', code: 'slow_down' },
  overloaded: { status: 529, message: 'Overloaded', type: 'overloaded_error', code: null },
};

const BY_STATUS: Record<number, string> = {
  401: 'invalid_api_key',
  403: 'unsupported_country_region_territory',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
  500: 'server_error',
  503: 'service_unavailable',
  529: 'overloaded',
};

/** The error of the directive `error:<code>`; throws on a code that is not in the list. */
export function errorByCode(code: string): ProviderError {
  const error = OPENAI_ERRORS[code];
  if (!error) throw new Error(`unknown error: ${code}`);
  return error;
}

/** The usual error of a status, for the directive `status:<status>`. */
function errorByStatus(status: number): ProviderError {
  const code = BY_STATUS[status];
  if (code) return errorByCode(code);
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  return { status, message: `The fake upstream answers ${status}.`, type, code: null };
}

/** The JSON body of an error. */
export function renderOpenaiError({ message, type, code, param = null }: ProviderError): string {
  return JSON.stringify({ error: { message, type: type === 'null' ? null : type, param, code } });
}

/** How OpenAI words its errors. */
export const OPENAI_ERROR_FORM: ErrorForm = {
  byCode: errorByCode,
  byStatus: errorByStatus,
  render: renderOpenaiError,
};
