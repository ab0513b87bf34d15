import { DomainError } from '@tokenbay/errors';
import { UpstreamError } from '../upstream/upstream-error.js';
import {
  AttemptFailure,
  type AttemptVerdict,
  throwUpstreamFailure,
  toAttemptFailure,
  toFinalError,
} from './attempt.js';

const failure = (verdict: AttemptVerdict, retryAfterSeconds?: number) =>
  new AttemptFailure(verdict, verdict, retryAfterSeconds);
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

  it('gives the shortest wait that a saturated channel asked for, a second where none did', () => {
    const wait = (...failures: AttemptFailure[]) => toFinalError(failures).options.retryAfterSeconds;
    expect(wait(failure('saturated', 30), failure('saturated', 7))).toBe(7);
    expect(wait(failure('saturated', 4000))).toBe(4000);
    expect(wait(failure('saturated'))).toBe(1);
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

  it('is final once a request that was sent exceeds a time limit, since the upstream may be at work on it', () => {
    expect(toAttemptFailure(new UpstreamError('timeout', 'no first byte'))).toEqual(
      new DomainError('upstream_timeout', 'timeout: no first byte', { cause: expect.anything() }),
    );
    expect(toAttemptFailure(new UpstreamError('connect_timeout', 'UND_ERR_CONNECT_TIMEOUT'))).toMatchObject({
      verdict: 'timeout',
    });
    expect(toAttemptFailure(new UpstreamError('connect', 'ECONNREFUSED'))).toMatchObject({ verdict: 'server' });
    expect(toAttemptFailure(new UpstreamError('malformed', 'x'))).toMatchObject({ verdict: 'unreadable' });
  });
});
