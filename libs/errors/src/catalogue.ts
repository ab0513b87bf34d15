import { ERROR_TYPES } from './error-type.js';
import type { ErrorStatus, ErrorType } from './error-type.js';

/** One failure a caller can meet: what it answers, what the caller can do, and how loudly it is logged. */
export interface ErrorEntry {
  /** HTTP status; fixes `type`. */
  readonly status: ErrorStatus;
  /** Other statuses the contract allows for this code on particular routes; chosen with the `status` option of DomainError. */
  readonly otherStatuses: readonly ErrorStatus[];
  /** The word in `error.type`, derived from the status. */
  readonly type: ErrorType;
  /** Shown to the caller unless the thrower has a better sentence; holds no id, host or secret. */
  readonly message: string;
  /** What the caller, or whoever administers the gateway, can do about it. */
  readonly remedy: string;
  /** Whether repeating the same request may help, unless the thrower knows better. */
  readonly retryable: boolean;
  /** Level of the line that the exception filter or the relay writes for it. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Which application answers with it. */
  readonly surface: 'gateway' | 'admin' | 'both';
}

type EntryDraft = Pick<ErrorEntry, 'message' | 'remedy'> &
  Partial<Pick<ErrorEntry, 'otherStatuses' | 'retryable' | 'logLevel' | 'surface'>>;

/** Every failure a caller can meet, by the string in `error.code`. Codes are never renamed: clients compare them. */
export const ERROR_CATALOGUE = {
  invalid_request: entry(400, {
    message: 'The request is not valid.',
    remedy: 'Correct the parameter that the message names and send the request again.',
    surface: 'both',
  }),
  context_length_exceeded: entry(400, {
    message: 'The input is longer than this model accepts.',
    remedy: 'Shorten the input, lower the output limit, or use a model with a larger context.',
  }),
  content_policy_violation: entry(400, {
    message: 'The content policy of the model refused this request.',
    remedy: 'Change the content; the same request will be refused again.',
  }),
  task_not_found: entry(400, {
    otherStatuses: [404],
    message: 'There is no such task.',
    remedy: 'Check the task id, and use a key of the account that submitted the task.',
  }),

  api_key_missing: entry(401, {
    message: 'No API key was sent.',
    remedy: 'Send the key as "Authorization: Bearer", "x-api-key" or "x-goog-api-key".',
  }),
  api_key_invalid: entry(401, {
    message: 'The API key is not valid.',
    remedy: 'Check that the whole key was copied and that it has not been reset.',
  }),
  admin_token_missing: entry(401, {
    message: 'No admin token was sent.',
    remedy: 'Send the token as "Authorization: Bearer".',
    surface: 'admin',
  }),
  admin_token_invalid: entry(401, {
    message: 'The admin token is not valid.',
    remedy: 'Check that the whole token was copied, or install another one with ADMIN_TOKEN.',
    surface: 'admin',
  }),

  api_key_disabled: entry(403, {
    message: 'The API key is disabled.',
    remedy: 'Ask an administrator to enable the key, or use another one.',
  }),
  api_key_unavailable: entry(403, {
    message: 'The API key is not available.',
    remedy: 'The key is suspended or archived; ask an administrator, or use another one.',
  }),
  api_key_expired: entry(403, {
    message: 'The API key has expired.',
    remedy: 'Ask an administrator to extend the key, or use another one.',
  }),
  account_banned: entry(403, {
    message: 'The account is banned.',
    remedy: 'Ask an administrator of this gateway.',
  }),
  group_not_allowed: entry(403, {
    message: 'The group of the API key is not open to this account.',
    remedy: 'Ask an administrator to open the group to the account, or to move the key to another group.',
  }),
  ip_denied_by_blacklist: entry(403, {
    message: 'Requests from this address are denied.',
    remedy: 'Call from another address, or ask an administrator to change the access rule.',
  }),
  ip_not_in_whitelist: entry(403, {
    message: 'Requests from this address are not allowed.',
    remedy: 'Call from an allowed address, or ask an administrator to add this one.',
  }),
  access_rule_time_window_denied: entry(403, {
    message: 'Requests are not allowed at this time.',
    remedy: 'Call within the hours that the access rule opens.',
  }),
  model_disabled: entry(403, {
    message: 'The model is disabled.',
    remedy: 'Use another model; GET /v1/models lists those you may use.',
  }),
  model_capability_not_supported: entry(403, {
    message: 'The model does not support this kind of request.',
    remedy: 'Use a model with this capability, or the interface that the model supports.',
  }),
  api_key_model_not_allowed: entry(403, {
    message: 'The API key may not use this model.',
    remedy: 'Use another model, or ask an administrator to change the lists of the key.',
  }),
  group_model_not_allowed: entry(403, {
    message: 'The group may not use this model.',
    remedy: 'Use another model, or ask an administrator to add it to the group.',
  }),
  account_point_insufficient: entry(403, {
    message: 'The account does not have enough points for this request.',
    remedy: 'Add points to the account, or lower the output limit of the request.',
  }),
  api_key_point_insufficient: entry(403, {
    message: 'The point quota of the API key is not enough for this request.',
    remedy: 'Ask an administrator to raise the quota of the key, or lower the output limit of the request.',
  }),
  permission_denied: entry(403, {
    message: 'The role of this administrator does not allow this.',
    remedy: 'Ask an owner to do it or to change the role.',
    surface: 'admin',
  }),

  model_not_found: entry(404, {
    message: 'There is no such model.',
    remedy: 'Check the name; GET /v1/models lists the models you may use.',
  }),
  route_not_found: entry(404, {
    message: 'There is no such route. Base URLs of OpenAI libraries end in /v1.',
    remedy: 'Check the method and the path.',
  }),
  usage_not_found: entry(404, {
    message: 'There is no such receipt.',
    remedy: 'Check the request id, and use the key that made the request.',
  }),
  not_found: entry(404, {
    message: 'There is no such object.',
    remedy: 'Check the path and the id.',
    surface: 'admin',
  }),

  conflict: entry(409, {
    message: 'The request conflicts with the current state.',
    remedy: 'Read the object again, then decide anew.',
    surface: 'admin',
  }),

  request_too_large: entry(413, {
    message: 'The request body is too large.',
    remedy: 'Send a smaller body.',
    surface: 'both',
  }),

  api_key_point_limit_exceeded: entry(429, {
    message: 'A periodic point limit of the API key is used up.',
    remedy: 'Wait for the next period, or ask an administrator to raise the limit.',
  }),
  account_rate_limited: entry(429, {
    message: 'The account sends requests too quickly.',
    remedy: 'Wait as long as retry-after says.',
    retryable: true,
  }),
  model_rate_limited: entry(429, {
    message: 'The account sends requests to this model too quickly.',
    remedy: 'Wait as long as retry-after says.',
    retryable: true,
  }),
  global_rate_limited: entry(429, {
    message: 'Too many requests come from this address.',
    remedy: 'Wait as long as retry-after says.',
    retryable: true,
    surface: 'both',
  }),
  upstream_saturated: entry(429, {
    message: 'Every provider of this model is busy.',
    remedy: 'Wait as long as retry-after says, or use another model.',
    retryable: true,
    logLevel: 'warn',
  }),

  upstream_failed: entry(500, {
    message: 'The provider of this model failed.',
    remedy: 'Send the request again.',
    retryable: true,
    logLevel: 'warn',
  }),
  request_conversion_failed: entry(500, {
    message: 'The request could not be translated for the provider.',
    remedy: 'Report the request id to the administrators of this gateway.',
    logLevel: 'error',
  }),
  response_parse_failed: entry(500, {
    message: "The provider's answer could not be read.",
    remedy: 'Report the request id to the administrators of this gateway.',
    logLevel: 'warn',
  }),
  response_serialization_failed: entry(500, {
    message: 'The answer could not be written in the form that was asked for.',
    remedy: 'Report the request id to the administrators of this gateway.',
    logLevel: 'error',
  }),
  internal_error: entry(500, {
    message: 'Something went wrong inside the gateway.',
    remedy: 'Report the request id to the administrators of this gateway.',
    logLevel: 'error',
    surface: 'both',
  }),

  not_implemented: entry(501, {
    otherStatuses: [426],
    message: 'This interface or feature is not offered.',
    remedy: 'Use one of the interfaces that the documentation lists.',
  }),
  conversion_not_implemented: entry(501, {
    message: 'No provider of this model can serve this kind of request.',
    remedy: 'Use another model, or the interface that the model speaks natively.',
  }),

  content_fetch_failed: entry(502, {
    message: 'The content could not be fetched.',
    remedy: 'Send the request again if x-should-retry says so; otherwise the content is gone.',
    logLevel: 'warn',
  }),

  channel_unavailable: entry(503, {
    message: 'No provider serves this model at the moment.',
    remedy: 'Send the request again if x-should-retry says so, or use another model.',
    logLevel: 'warn',
  }),
  channel_key_unavailable: entry(503, {
    message: 'The providers of this model are not usable at the moment.',
    remedy: 'Send the request again if x-should-retry says so, or use another model.',
    logLevel: 'warn',
  }),
  system_overloaded: entry(503, {
    message: 'The gateway is overloaded.',
    remedy: 'Wait as long as retry-after says.',
    retryable: true,
    // Refusals come by the thousand exactly when writing lines is too much; that they began is a line of its own.
    logLevel: 'debug',
    surface: 'both',
  }),
  ledger_unavailable: entry(503, {
    message: 'Points cannot be reserved at the moment.',
    remedy: 'Wait as long as retry-after says.',
    retryable: true,
    logLevel: 'error',
  }),

  upstream_timeout: entry(504, {
    message: 'The provider of this model did not answer in time.',
    remedy: 'Ask for a shorter answer, stream it, or use another model.',
    logLevel: 'warn',
  }),
} as const satisfies Record<string, ErrorEntry>;

/** The string in `error.code`. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** Whether a text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, text);
}

function entry(status: ErrorStatus, draft: EntryDraft): ErrorEntry {
  return {
    status,
    otherStatuses: [],
    type: ERROR_TYPES[status],
    retryable: false,
    logLevel: 'info',
    surface: 'gateway',
    ...draft,
  };
}
