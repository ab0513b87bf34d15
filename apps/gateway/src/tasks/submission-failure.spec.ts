import type { UpstreamFailure } from '@tokenbay/providers';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';
import { toLostCall, toRefusal } from './submission-failure.js';

describe('a submission that came to nothing', () => {
  it.each<[string, UpstreamFailure, string, number]>([
    [
      'of the request',
      { kind: 'request', code: 'content_policy_violation', message: 'No.' },
      'content_policy_violation',
      400,
    ],
    ['of our key', { kind: 'key', reason: 'out_of_credit' }, 'channel_key_unavailable', 503],
    ['of the model', { kind: 'channel', reason: 'model_refused' }, 'channel_unavailable', 503],
    ['of load', { kind: 'saturated', retryAfterSeconds: 7 }, 'upstream_saturated', 429],
    ['of nothing', { kind: 'server' }, 'upstream_failed', 500],
  ])('because its provider spoke %s is told so, and never to be repeated', (_, failure, code, status) => {
    for (const outcome of ['refused', 'unknown'] as const) {
      const { error, mayRun } = toRefusal({ outcome, failure }, 418);
      expect(error).toMatchObject({ code, status, isRetryable: false });
      expect(mayRun).toBe(outcome === 'unknown');
    }
  });

  it.each<[UpstreamErrorKind, string, boolean]>([
    ['connect', 'upstream_failed', false],
    ['connect_timeout', 'upstream_timeout', false],
    ['exhausted', 'system_overloaded', false],
    ['timeout', 'upstream_timeout', true],
    ['cut', 'upstream_failed', true],
    ['malformed', 'response_parse_failed', true],
    ['too_large', 'response_parse_failed', true],
    ['stopping', 'system_overloaded', true],
  ])('without an answer (%s) is %s, and whether it may run is known', (kind, code, mayRun) => {
    const failure = toLostCall(new UpstreamError(kind, 'test'));
    expect(failure).toMatchObject({ mayRun, error: { code, isRetryable: false } });
  });
});
