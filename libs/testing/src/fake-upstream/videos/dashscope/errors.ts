import type { ErrorForm, ProviderError } from '../../protocol.js';

const error = (status: number, code: string, message: string): ProviderError => ({ status, code, message, type: '' });

/** The documented errors by their code, for the directive `error:<code>`. */
const ERRORS: readonly ProviderError[] = [
  error(400, 'InvalidParameter', 'Required parameter(s) missing or invalid, please check the request parameters.'),
  error(400, 'DataInspectionFailed', 'Input or output data may contain inappropriate content.'),
  error(400, 'Arrearage', 'Access denied, please make sure your account is in good standing.'),
  error(400, 'UnsupportedOperation', 'The operation is unsupported on the referee object.'),
  error(401, 'InvalidApiKey', 'Invalid API-key provided.'),
  error(403, 'AccessDenied', 'current user api does not support synchronous calls.'),
  error(
    403,
    'AccessDenied.Unpurchased',
    'Access to model denied. Please make sure you are eligible for using the model.',
  ),
  error(404, 'ModelNotFound', 'Model can not be found.'),
  error(429, 'Throttling.RateQuota', 'Requests rate limit exceeded, please try again later.'),
  error(500, 'InternalError', 'An internal error has occurred, please try again later.'),
  error(503, 'ModelUnavailable', 'Model is unavailable, please try again later.'),
];
const BY_STATUS: Readonly<Record<number, string>> = {
  ...{ 401: 'InvalidApiKey', 403: 'AccessDenied.Unpurchased', 404: 'ModelNotFound' },
  ...{ 429: 'Throttling.RateQuota', 500: 'InternalError', 503: 'ModelUnavailable' },
};

function byCode(code: string): ProviderError {
  const known = ERRORS.find((candidate) => candidate.code === code);
  if (!known) throw new Error(`unknown error: ${code}`);
  return known;
}

/** How DashScope words its errors. */
export const DASHSCOPE_ERROR_FORM: ErrorForm = {
  byCode,
  byStatus(status) {
    const code = BY_STATUS[status];
    if (code !== undefined) return byCode(code);
    return { ...byCode(status < 500 ? 'InvalidParameter' : 'InternalError'), status };
  },
  render: ({ code, message }) => JSON.stringify({ code, message, request_id: '7438d53d-fakecanary' }),
};
