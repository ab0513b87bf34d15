import { failureIn } from './failure-in.js';

const chosen = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const refused = (code: number, message = 'no') => ({
  choices: null,
  base_resp: { status_code: code, status_msg: message },
});

describe('a failure inside a 200', () => {
  it.each([
    ['its error', { error: { type: 'server_error', message: 'x' } }, { kind: 'server' }],
    ['a status as its code', { error: { code: 429, message: 'x' } }, { kind: 'saturated', reason: 'rate_limited' }],
    [
      'a status that is the client’s',
      { error: { code: 400, message: 'bad' } },
      { kind: 'request', code: 'invalid_request' },
    ],
    ['a status of credit', { error: { code: 402, message: 'x' } }, { kind: 'key', reason: 'out_of_credit' }],
    [
      ...(['a kind beside the status'] as const),
      { error: { code: 400, message: 'x', metadata: { error_type: 'context_length_exceeded' } } },
      { kind: 'request', code: 'context_length_exceeded' },
    ],
    [
      'Groq’s',
      { x_groq: { error: 'over_capacity at api.groq.com' } },
      { kind: 'server', message: 'over_capacity at [host]' },
    ],
    ['a choice’s own', chosen({ error: { code: 502, message: 'gone' } }), { kind: 'server', message: 'gone' }],
    ['a reason to finish', chosen({ finish_reason: 'error' }), { kind: 'server' }],
    [
      'DeepSeek’s',
      chosen({ finish_reason: 'insufficient_system_resource' }),
      { kind: 'saturated', reason: 'overloaded' },
    ],
    ['MiniMax’s, of a rate', refused(1002), { kind: 'saturated', reason: 'rate_limited' }],
    ['MiniMax’s, of our key', refused(1004), { kind: 'key', reason: 'key_refused' }],
    ['MiniMax’s, of credit', refused(1008), { kind: 'key', reason: 'out_of_credit' }],
    ['MiniMax’s, of content', refused(1026), { kind: 'request', code: 'content_policy_violation' }],
    ['MiniMax’s, of the plan', refused(2061), { kind: 'channel', reason: 'model_refused' }],
    [
      'MiniMax’s, of the request',
      refused(2013, 'bad params'),
      { kind: 'request', code: 'invalid_request', message: 'bad params' },
    ],
    [
      ...(['MiniMax’s, of the context'] as const),
      refused(2013, 'invalid params, context window exceeds limit'),
      { kind: 'request', code: 'context_length_exceeded' },
    ],
    ['MiniMax’s, of itself', refused(1000), { kind: 'server' }],
  ])('is %s', (_, wire, failure) => {
    expect(failureIn(wire)).toMatchObject(failure);
  });

  it.each([
    {},
    { error: null, x_groq: { usage: null }, base_resp: { status_code: 0, status_msg: '' } },
    chosen({ finish_reason: 'stop', error: null }),
    chosen({ finish_reason: 'news' }),
  ])('is not there: %j', (wire) => {
    expect(failureIn(wire)).toBeUndefined();
  });
});
