import { readErrorBody, readFailure } from './openai-errors.js';

const error = (fields: object) => ({ error: fields });

describe('what an upstream refusal means', () => {
  it.each([
    ['its credential', 401, error({ code: 'invalid_api_key' }), 'key'],
    ['its credential, without words', 401, undefined, 'key'],
    ['credit behind a 429', 429, error({ code: 'insufficient_quota' }), 'key'],
    ['credit behind a 400', 400, error({ message: 'Your credit balance is too low' }), 'key'],
    ['credit in other words', 400, error({ message: 'You exceeded your current quota' }), 'key'],
    [
      'its load, in words of tokens',
      429,
      error({ message: 'Too many tokens, please wait before trying again.' }),
      'saturated',
    ],
    ['payment', 402, error({ message: 'Insufficient Balance' }), 'key'],
    ['a model it does not serve', 404, error({ code: 'model_not_found' }), 'channel'],
    ['its region behind a 403', 403, error({ code: 'unsupported_country_region_territory' }), 'channel'],
    ['a wrong address', 404, undefined, 'channel'],
    ['a redirect', 302, undefined, 'channel'],
    ['its load', 429, error({ code: 'rate_limit_exceeded' }), 'saturated'],
    ['its load in another way', 529, undefined, 'saturated'],
    ['its own fault', 500, error({ type: 'server_error' }), 'server'],
    ['its own fault, as HTML', 502, undefined, 'server'],
  ])('is ours where it speaks of %s', (_, status, body, kind) => {
    expect(readFailure(status, body, undefined).kind).toBe(kind);
  });

  it.each([
    ['context_length_exceeded', 400, error({ code: 'context_length_exceeded', message: 'too long' })],
    ['context_length_exceeded', 400, error({ message: "This model's maximum context length is 8192 tokens" })],
    ['content_policy_violation', 400, error({ code: 'content_policy_violation' })],
    ['content_policy_violation', 403, error({ type: 'content_filter' })],
    ['invalid_request', 400, error({ message: "Invalid 'temperature'", param: 'temperature' })],
    ['invalid_request', 400, error({ message: "Invalid schema for function 'get_balance_exceeded_quota'" })],
    ['invalid_request', 400, error({ message: 'The tool create_payment needs a description of the balance' })],
    ['invalid_request', 422, { message: 'field required' }],
  ])("is the client's where it speaks of the request: %s", (code, status, body) => {
    expect(readFailure(status, body, undefined)).toMatchObject({ kind: 'request', code });
  });

  it.each([
    ['key_refused', 401, error({ type: 'invalid_authentication_error' })],
    ['key_refused', 403, error({ message: 'Your project is not allowed' })],
    ['key_refused', 400, error({ message: 'Incorrect API key provided: sk-abc' })],
    ['out_of_credit', 402, undefined],
    ['out_of_credit', 403, error({ message: 'Your team has no credits left; see billing.' })],
    ['out_of_credit', 429, error({ type: 'insufficient_quota', code: null })],
    ['out_of_credit', 429, error({ type: 'exceeded_current_quota_error' })],
    ['out_of_credit', 400, error({ code: 'Arrearage' })],
    ['model_refused', 404, error({ message: 'Not found the model x or Permission denied' })],
    ['model_refused', 403, error({ code: 'model_not_found' })],
    ['region_refused', 403, error({ code: 'unsupported_country_region_territory' })],
    ['address_wrong', 404, undefined],
    ['address_wrong', 308, undefined],
    ['rate_limited', 429, error({ code: 'Throttling.RateQuota' })],
    ['overloaded', 429, error({ type: 'engine_overloaded_error' })],
    ['overloaded', 529, undefined],
    [undefined, 500, undefined],
  ])('says %s of %i', (reason, status, body) => {
    expect(readFailure(status, body, undefined).reason).toBe(reason);
  });

  it('keeps its sentence for administrators, cleaned', () => {
    const failure = readFailure(401, error({ message: 'Incorrect API key provided: sk-abc123def456.' }), undefined);
    expect(failure.message).toBe('Incorrect API key provided: [hidden].');
  });

  it('keeps the wait that it asks for', () => {
    expect(readFailure(429, undefined, 7).retryAfterSeconds).toBe(7);
    expect(readFailure(429, undefined, undefined).retryAfterSeconds).toBeUndefined();
  });

  it('keeps the parameter and the sentence, cleaned of hosts, keys and names', () => {
    const message =
      'Bad key sk-abc123def456 for org-a1B2c3 at https://api.example.com/v1 (10.0.0.7:8000, api.internal)';
    const failure = readFailure(
      400,
      error({ message: `Invalid schema. ${message}`.replace('Bad key', 'Got'), param: 'tools' }),
      undefined,
    );
    expect(failure.param).toBe('tools');
    expect(failure.message).not.toMatch(/sk-abc|org-a1|example|10\.0|internal/);
    expect(failure.message).toContain('Invalid schema');
  });

  it('is read from a 200 as well', () => {
    expect(readErrorBody({ code: 'rate_limit_exceeded' }).kind).toBe('saturated');
    expect(readErrorBody({ type: 'server_error' }).kind).toBe('server');
    expect(readErrorBody({ type: 'invalid_request_error', message: 'bad' }).kind).toBe('request');
    expect(readErrorBody({ code: 'insufficient_quota' }).kind).toBe('key');
  });
});
