import { getSchemaPath } from '@nestjs/swagger';
import { ERROR_CATALOGUE, type ErrorCode } from '@tokenbay/errors';
import { ErrorResponse } from '../http/error.response.js';

/** The codes of the admin API by status. */
export const CODES: Readonly<Record<number, readonly ErrorCode[]>> = {
  400: ['invalid_request'],
  401: ['admin_token_missing', 'admin_token_invalid'],
  403: ['permission_denied'],
  404: ['not_found'],
  409: ['conflict'],
  413: ['request_too_large'],
  429: ['global_rate_limited'],
  500: ['internal_error'],
  501: ['not_implemented'],
  503: ['system_overloaded'],
};

/** What the catalogue cannot say, since it speaks for the gateway too. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'All that is wrong is listed in `error.problems`, where it is about fields or query parameters.',
  429: 'This address has sent too many wrong admin tokens; `retry-after` says how many seconds to wait.',
  503: 'The process is shutting down; send the request again.',
};

/** A response that documents one status: every code it can have, each with an example, and reasons of the call's own. */
export function errorResponse(status: number, ownReasons: readonly string[]) {
  const codes = CODES[status] ?? [];
  const meanings = codes.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].message}`);
  return {
    description: [...meanings, ...ownReasons, REASONS[status]].filter(Boolean).join(' '),
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(ErrorResponse) },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function exampleOf(code: ErrorCode): ErrorResponse {
  const { message, type } = ERROR_CATALOGUE[code];
  if (code !== 'invalid_request') return { error: { message, type, code } };
  const problems = ['name is required.', 'colour is not a known field.'];
  return { error: { message: problems.join(' '), type, code, problems } };
}
