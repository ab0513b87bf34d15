import { DomainError } from '@tokenbay/errors';
import type { ObstacleKind } from '@tokenbay/channels';
import type { UpstreamFailure } from '@tokenbay/providers';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';
import {
  AttemptFailure,
  type AttemptVerdict,
  throwUpstreamFailure,
  toAttemptFailure,
  toFinalError,
} from './attempt.js';

const failure = (verdict: AttemptVerdict, retryAfterSeconds?: number) =>
  new AttemptFailure(verdict, verdict, { retryAfterSeconds });
const finalCode = (...verdicts: AttemptVerdict[]) => toFinalError(verdicts.map((verdict) => failure(verdict))).code;

describe('what a client is told when every try failed', () => {
  it('names the failure of the upstreams before what merely kept channels away', () => {
    expect(finalCode('key', 'server')).toBe('upstream_failed');
    expect(finalCode('saturated', 'timeout')).toBe('upstream_timeout');
    expect(finalCode('key', 'saturated')).toBe('upstream_saturated');
    expect(finalCode('unreadable')).toBe('response_parse_failed');
    expect(finalCode('channel', 'key')).toBe('channel_key_unavailable');
    expect(finalCode('channel')).toBe('channel_unavailable');
  });

  it('names the field that nobody can carry where that is all that happened', () => {
    const refusal = new DomainError('conversion_not_implemented', 'n', { param: 'n' });
    const unsuited = new AttemptFailure('unsuited', 'n', { cause: refusal });
    expect(toFinalError([unsuited, unsuited])).toBe(refusal);
    expect(toFinalError([unsuited, failure('saturated')]).code).toBe('upstream_saturated');
  });

  it('gives the shortest wait that a saturated channel asked for, a second where none did', () => {
    const wait = (...failures: AttemptFailure[]) => toFinalError(failures).options.retryAfterSeconds;
    expect(wait(failure('saturated', 30), failure('saturated', 7))).toBe(7);
    expect(wait(failure('saturated', 4000))).toBe(4000);
    expect(wait(failure('saturated'))).toBe(1);
  });
});

describe('what a client is told when nothing could be tried', () => {
  const refusal = (kind: ObstacleKind, waitMs = 0) => {
    const { code, isRetryable, options } = toFinalError([], { kind, waitMs });
    return [code, isRetryable, options.retryAfterSeconds];
  };

  it('is how long to wait where waiting helps', () => {
    expect(refusal('saturated', 7_000)).toEqual(['upstream_saturated', true, 7]);
    expect(refusal('saturated')).toEqual(['upstream_saturated', true, 1]);
    expect(refusal('cooling', 2_000)).toEqual(['channel_unavailable', true, 2]);
    expect(refusal('key_cooling', 2_000)).toEqual(['channel_key_unavailable', true, 2]);
  });

  it('is not to repeat it where it does not', () => {
    expect(refusal('channel')).toEqual(['channel_unavailable', false, undefined]);
    expect(refusal('key')).toEqual(['channel_key_unavailable', false, undefined]);
    expect(refusal('key', 120_000)).toEqual(['channel_key_unavailable', false, 120]);
  });

  it('is the busy channel that was tried, or the one that was not, whichever is free first', () => {
    const saturated = failure('saturated', 9);
    expect(toFinalError([saturated], { kind: 'saturated', waitMs: 4_000 }).options.retryAfterSeconds).toBe(4);
    expect(toFinalError([saturated], { kind: 'key', waitMs: 0 }).options.retryAfterSeconds).toBe(9);
    expect(toFinalError([failure('key')], { kind: 'channel', waitMs: 0 }).code).toBe('channel_key_unavailable');
    expect(toFinalError([failure('key')], { kind: 'cooling', waitMs: 4_000 }).isRetryable).toBe(true);
  });
});

describe('a failed try', () => {
  it('is final where the upstream speaks of the request, with its sentence and parameter', () => {
    const refusal = { kind: 'request', code: 'invalid_request', message: 'No.', param: 'n' } as const;
    expect(() => throwUpstreamFailure(refusal, 400)).toThrow(
      expect.objectContaining({ code: 'invalid_request', options: { message: 'No.', param: 'n' } }) as Error,
    );
  });

  it('is for another channel to make good where it speaks of us', () => {
    for (const kind of ['key', 'channel', 'saturated', 'server'] as const) {
      expect(() => throwUpstreamFailure({ kind }, 500)).toThrow(AttemptFailure);
    }
  });

  it('is nobody else’s fault where this process stops, and may be repeated at once', () => {
    expect(toAttemptFailure(new UpstreamError('stopping', 'the gateway is stopping'))).toMatchObject({
      code: 'system_overloaded',
      publicMessage: 'The gateway is shutting down.',
      options: { retryAfterSeconds: 1 },
    });
  });

  it('is nobody else’s fault where this process can open no connection, and may be repeated soon', () => {
    expect(toAttemptFailure(new UpstreamError('exhausted', 'EMFILE'))).toMatchObject({
      code: 'system_overloaded',
      isRetryable: true,
      options: { retryAfterSeconds: 1 },
    });
  });

  it('is for another channel to make good where the upstream broke off, unless it was us who ended it', () => {
    for (const [kind, verdict] of [
      ['timeout', 'timeout'],
      ['connect_timeout', 'timeout'],
      ['connect', 'server'],
      ['cut', 'server'],
      ['malformed', 'unreadable'],
    ] as const)
      expect(toAttemptFailure(new UpstreamError(kind, 'x'))).toMatchObject({ verdict, finding: { reason: 'failing' } });
    expect(toAttemptFailure(new UpstreamError('abandoned', 'x'))).toEqual(
      new DomainError('upstream_timeout', 'abandoned: x', { cause: expect.anything() }),
    );
  });

  it('is no more traffic to anybody where nothing was sent', () => {
    const isUnsent = (kind: UpstreamErrorKind) => toAttemptFailure(new UpstreamError(kind, 'x'));
    for (const kind of ['connect', 'connect_timeout'] as const)
      expect(isUnsent(kind)).toMatchObject({ isUnsent: true });
    for (const kind of ['timeout', 'cut'] as const) expect(isUnsent(kind)).toMatchObject({ isUnsent: false });
  });

  it('tells the health of the channel what was found, and for how long', () => {
    const finding = (failure: UpstreamFailure) => {
      try {
        throwUpstreamFailure(failure, 429);
      } catch (error) {
        return (error as AttemptFailure).finding;
      }
    };
    expect(finding({ kind: 'saturated', reason: 'overloaded', retryAfterSeconds: 3 })).toEqual({
      ...{ reason: 'overloaded', waitMs: 3_000 },
    });
    expect(finding({ kind: 'saturated' })).toEqual({ reason: 'rate_limited' });
    expect(finding({ kind: 'key', reason: 'out_of_credit' })).toEqual({ reason: 'out_of_credit' });
    expect(finding({ kind: 'channel' })).toEqual({ reason: 'model_refused' });
    expect(finding({ kind: 'server' })).toEqual({ reason: 'failing' });
  });
});
