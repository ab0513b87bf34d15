import { readErrorBody, readFailure } from './errors.js';

const body = (type: string, message = '') => ({ type: 'error', error: { type, message } });

describe('a refusal by Anthropic', () => {
  it.each([
    [401, body('authentication_error'), 'key'],
    [403, body('permission_error'), 'key'],
    [404, body('not_found_error', 'model: claude-9'), 'channel'],
    [429, body('rate_limit_error'), 'saturated'],
    [529, body('overloaded_error'), 'saturated'],
    [500, body('api_error'), 'server'],
    [504, body('timeout_error'), 'server'],
    [400, body('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'), 'key'],
    [400, body('invalid_request_error', 'This organization has been disabled.'), 'key'],
    [400, body('invalid_request_error', 'messages: at least one message is required'), 'request'],
    [400, body('invalid_request_error', "tools.0.name: 'billing' is taken"), 'request'],
    [502, undefined, 'server'],
    [403, undefined, 'key'],
  ])('with %i and %j speaks of: %s', (status, answer, kind) => {
    expect(readFailure(status, answer, undefined).kind).toBe(kind);
  });

  it('says with which code the client is answered', () => {
    const long = body('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum');
    expect(readFailure(400, long, undefined)).toMatchObject({ kind: 'request', code: 'context_length_exceeded' });
    const blocked = body('invalid_request_error', 'Output blocked by content filtering policy');
    expect(readFailure(400, blocked, undefined).code).toBe('content_policy_violation');
  });

  it('keeps the wait it asks for only where waiting helps', () => {
    expect(readFailure(429, body('rate_limit_error'), 7).retryAfterSeconds).toBe(7);
    expect(readFailure(401, body('authentication_error'), 7).retryAfterSeconds).toBeUndefined();
  });

  it('inside a 200 is judged by its type', () => {
    expect(readErrorBody({ type: 'overloaded_error' }).kind).toBe('saturated');
    expect(readErrorBody({}).kind).toBe('server');
  });
});
