import type { ErrorForm, ProviderError } from '../../protocol.js';

const error = (status: number, type: string, message: string): ProviderError => ({ status, type, message, code: null });

/** The documented errors by their status word, for the directive `error:<code>`. */
const ERRORS: readonly ProviderError[] = [
  error(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
  error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  error(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
  error(404, 'NOT_FOUND', 'Requested entity was not found.'),
  error(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.'),
  error(500, 'INTERNAL', 'An internal error has occurred.'),
  error(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
];

function byCode(code: string): ProviderError {
  const known = ERRORS.find(({ type }) => type === code);
  if (!known) throw new Error(`unknown error: ${code}`);
  return known;
}

/** How Google words the errors of Veo. */
export const VEO_ERROR_FORM: ErrorForm = {
  byCode,
  byStatus: (status) =>
    ERRORS.find((known) => known.status === status) ?? {
      ...byCode(status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'),
      status,
    },
  render: ({ status, message, type }) => JSON.stringify({ error: { code: status, message, status: type } }),
};
