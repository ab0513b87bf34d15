import { ERROR_CATALOGUE, isErrorCode } from './catalogue.js';
import { ERROR_TYPES } from './error-type.js';

/** The contract's tables, written out by hand: status → codes, and which of them a caller should repeat. */
const CONTRACT: Record<number, string> = {
  400: 'invalid_request context_length_exceeded content_policy_violation task_not_found',
  401: 'api_key_missing api_key_invalid admin_token_missing admin_token_invalid',
  403:
    'api_key_disabled api_key_unavailable api_key_expired account_banned group_not_allowed ip_denied_by_blacklist ' +
    'ip_not_in_whitelist access_rule_time_window_denied model_disabled model_capability_not_supported ' +
    'api_key_model_not_allowed group_model_not_allowed account_point_insufficient api_key_point_insufficient permission_denied',
  404: 'model_not_found route_not_found usage_not_found not_found',
  409: 'conflict',
  413: 'request_too_large',
  429: 'api_key_point_limit_exceeded account_rate_limited model_rate_limited global_rate_limited upstream_saturated',
  500: 'upstream_failed request_conversion_failed response_parse_failed response_serialization_failed internal_error',
  501: 'not_implemented conversion_not_implemented',
  502: 'content_fetch_failed',
  503: 'channel_unavailable channel_key_unavailable system_overloaded ledger_unavailable',
  504: 'upstream_timeout',
};
const RETRYABLE =
  'account_rate_limited model_rate_limited global_rate_limited upstream_saturated upstream_failed system_overloaded ledger_unavailable';
const TYPES = {
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
};

const entries = Object.entries(ERROR_CATALOGUE);

describe('error catalogue', () => {
  it('holds exactly the codes and statuses of the contract', () => {
    const expected = Object.entries(CONTRACT).flatMap(([status, codes]) =>
      codes.split(' ').map((code) => [code, Number(status)] as const),
    );
    expect(Object.fromEntries(entries.map(([code, { status }]) => [code, status]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it('derives the type from the status alone', () => {
    expect(ERROR_TYPES).toEqual(TYPES);
    for (const [, { status, type }] of entries) expect(type).toBe(TYPES[status]);
  });

  it('says which codes are worth repeating', () => {
    const retryable = entries.filter(([, { retryable }]) => retryable).map(([code]) => code);
    expect(retryable.sort()).toEqual(RETRYABLE.split(' ').sort());
  });

  it('gives a second status to no more codes than the contract does', () => {
    const several = entries.filter(([, { otherStatuses }]) => otherStatuses.length > 0);
    expect(several.map(([code, { otherStatuses }]) => [code, otherStatuses])).toEqual([
      ['task_not_found', [404]],
      ['not_implemented', [426]],
    ]);
  });

  it.each(entries)(
    '%s has a message and a remedy in one line of plain text without id, host or placeholder',
    (_, entry) => {
      for (const text of [entry.message, entry.remedy]) {
        expect(text).toMatch(/^[A-Z][^\n{}$<>]*\.$/);
        expect(text).not.toMatch(/https?:|localhost|sk-|adm-|\d{2}/);
      }
    },
  );

  it('recognises its own codes and no inherited name', () => {
    expect(isErrorCode('invalid_request')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});
