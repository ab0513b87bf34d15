import type { ErrorForm, ProviderError } from '../../protocol.js';

const REQUEST_ID = '0217fakecanary0123456789abcdef';
const error = (status: number, code: string, message: string, type = 'BadRequest'): ProviderError => ({
  ...{ status, code, type, param: '' },
  message: `${message} Request id: ${REQUEST_ID}`,
});

/** The documented errors by their code, for the directive `error:<code>`. */
const ERRORS: readonly ProviderError[] = [
  error(400, 'MissingParameter', 'The request failed because it is missing one or multiple required parameters.'),
  error(400, 'InvalidParameter', 'One or more parameters specified in the request are not valid.'),
  error(
    400,
    'InputTextSensitiveContentDetected',
    'The request failed because the input text may contain sensitive information.',
  ),
  error(
    400,
    'InputImageSensitiveContentDetected',
    'The request failed because the input image may contain sensitive information.',
  ),
  error(401, 'AuthenticationError', 'The API key in the request is missing or invalid.', 'Unauthorized'),
  error(403, 'AccountOverdueError', 'The request failed because your account has an overdue balance.', 'Forbidden'),
  error(403, 'OperationDenied.ServiceNotOpen', 'Your account has not activated the model.', 'Forbidden'),
  error(
    404,
    'InvalidEndpointOrModel.NotFound',
    'The model or endpoint does not exist or you do not have access to it.',
    'NotFound',
  ),
  error(404, 'ResourceNotFound', 'The specified task is not found.', 'NotFound'),
  error(429, 'ServerOverloaded', 'The service is currently unable to handle additional requests.', 'TooManyRequests'),
  error(429, 'QuotaExceeded', 'You have too many tasks in the queue.', 'TooManyRequests'),
  error(500, 'InternalServiceError', 'The service encountered an unexpected internal error.', 'InternalServerError'),
];
const BY_STATUS: Readonly<Record<number, string>> = {
  ...{ 401: 'AuthenticationError', 403: 'AccountOverdueError', 404: 'ResourceNotFound' },
  ...{ 429: 'ServerOverloaded', 500: 'InternalServiceError' },
};

function byCode(code: string): ProviderError {
  const known = ERRORS.find((candidate) => candidate.code === code);
  if (!known) throw new Error(`unknown error: ${code}`);
  return known;
}

/** How Ark words its errors. */
export const ARK_ERROR_FORM: ErrorForm = {
  byCode,
  byStatus(status) {
    const code = BY_STATUS[status];
    if (code !== undefined) return byCode(code);
    return { ...byCode(status < 500 ? 'InvalidParameter' : 'InternalServiceError'), status };
  },
  render: ({ code, message, param, type }) => JSON.stringify({ error: { code, message, param, type } }),
};
