import { readBlocked, readErrorBody, readFailure } from './errors.js';

const body = (status: string, message = '', ...details: object[]) => ({ error: { code: 0, message, status, details } });
const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
const retry = (retryDelay: string) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });
const QUOTA = 'You exceeded your current quota, please check your plan and billing details.';

describe('a refusal by Google', () => {
  it.each([
    [400, body('INVALID_ARGUMENT', 'API key not valid.', info('API_KEY_INVALID')), 'key', 'key_refused'],
    [400, body('INVALID_ARGUMENT', 'API key expired. Please renew the API key.'), 'key', 'key_refused'],
    [403, body('PERMISSION_DENIED', 'Your API key was reported as leaked.'), 'key', 'key_refused'],
    [403, body('PERMISSION_DENIED', 'x', info('SERVICE_DISABLED')), 'key', 'key_refused'],
    [403, body('PERMISSION_DENIED', 'x', info('BILLING_DISABLED')), 'key', 'out_of_credit'],
    [403, body('PERMISSION_DENIED', 'You do not have permission to access tuned model x.'), 'channel', 'model_refused'],
    [401, body('UNAUTHENTICATED'), 'key', 'key_refused'],
    [400, body('FAILED_PRECONDITION', 'User location is not supported.'), 'channel', 'region_refused'],
    [400, body('FAILED_PRECONDITION', 'Please enable billing on your project.'), 'key', 'out_of_credit'],
    [429, body('RESOURCE_EXHAUSTED', QUOTA, retry('33s')), 'saturated', 'rate_limited'],
    [429, body('RESOURCE_EXHAUSTED', QUOTA), 'saturated', 'rate_limited'],
    [429, body('RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'), 'key', 'out_of_credit'],
    [429, body('RESOURCE_EXHAUSTED', `${QUOTA} limit: 0, model: x`, retry('9s')), 'key', 'out_of_credit'],
    [404, body('NOT_FOUND', 'models/x is not found for API version v1beta'), 'channel', 'model_refused'],
    [404, undefined, 'channel', 'address_wrong'],
    [503, body('UNAVAILABLE', 'The model is overloaded.'), 'saturated', 'overloaded'],
    [529, body('INTERNAL'), 'saturated', 'overloaded'],
    [500, body('INTERNAL'), 'server', undefined],
    [504, body('DEADLINE_EXCEEDED'), 'server', undefined],
    [400, body('INVALID_ARGUMENT', "Duplicate function declaration found: 'API key'"), 'request', undefined],
    [400, undefined, 'request', undefined],
    [502, undefined, 'server', undefined],
  ])('with %i and %j speaks of: %s, %s', (status, answer, kind, reason) => {
    const failure = readFailure(status, answer, undefined);
    expect([failure.kind, failure.reason]).toEqual([kind, reason]);
  });

  it('says with which code the client is answered, and in whose words', () => {
    const long = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
    expect(readFailure(400, body('INVALID_ARGUMENT', long), undefined)).toEqual({
      ...{ kind: 'request', code: 'context_length_exceeded', message: long },
    });
    expect(readFailure(400, body('INVALID_ARGUMENT', 'Unknown name "x": Cannot find field.'), undefined)).toEqual({
      ...{ kind: 'request', code: 'invalid_request', message: 'Unknown name "x": Cannot find field.' },
    });
  });

  it('is read in a list of one as well, and waits as long as it asks to', () => {
    const [answer] = [[body('RESOURCE_EXHAUSTED', QUOTA, retry('33.2s'))]];
    expect(readFailure(429, answer, 7).retryAfterSeconds).toBe(34);
    expect(readFailure(429, body('RESOURCE_EXHAUSTED', QUOTA), 7).retryAfterSeconds).toBe(7);
    expect(readFailure(401, body('UNAUTHENTICATED'), 7).retryAfterSeconds).toBeUndefined();
  });

  it('inside a 200 is judged by its status word', () => {
    expect(readErrorBody({ status: 'UNAVAILABLE' }).kind).toBe('saturated');
    expect(readErrorBody({}).kind).toBe('server');
  });

  it('of a prompt is the fault of the request', () => {
    expect(readBlocked({ blockReason: 'SAFETY' })).toMatchObject({ kind: 'request', code: 'content_policy_violation' });
    for (const feedback of [undefined, null, {}, { blockReason: 'BLOCKED_REASON_UNSPECIFIED' }])
      expect(readBlocked(feedback)).toBeUndefined();
  });
});
