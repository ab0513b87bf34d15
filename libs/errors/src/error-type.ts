/** Every status an error answer of ours can carry, with the `type` it implies on every surface. */
export const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  426: 'not_implemented_error',
  429: 'rate_limit_error',
  500: 'api_error',
  501: 'not_implemented_error',
  502: 'upstream_error',
  503: 'overloaded_error',
  504: 'timeout_error',
} as const;

/** A status that has a `type`. */
export type ErrorStatus = keyof typeof ERROR_TYPES;

/** The word in `error.type`; it follows the status alone. */
export type ErrorType = (typeof ERROR_TYPES)[ErrorStatus];
