import { DomainError } from './domain-error.js';

describe('DomainError', () => {
  it('answers with what the catalogue says', () => {
    const error = new DomainError('account_rate_limited', 'window of 10 s is full');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'DomainError',
      code: 'account_rate_limited',
      status: 429,
      type: 'rate_limit_error',
    });
    expect(error.isRetryable).toBe(true);
    expect(error.publicMessage).not.toContain('window');
    expect(String(error)).toContain('window of 10 s is full');
  });

  it('lets the thrower choose the sentence, the status and whether to repeat', () => {
    const error = new DomainError('task_not_found', undefined, { status: 404, message: 'Gone.', shouldRetry: true });
    expect(error).toMatchObject({ status: 404, type: 'not_found_error', publicMessage: 'Gone.', isRetryable: true });
  });

  it('keeps the cause, even one that is not an error', () => {
    expect(new DomainError('internal_error', undefined, { cause: 'socket' }).cause).toBe('socket');
    expect('cause' in new DomainError('internal_error')).toBe(false);
  });

  it('has a stack when the fault is ours, none when it is an ordinary refusal', () => {
    const limit = Error.stackTraceLimit;
    expect(new DomainError('internal_error').stack).toContain('domain-error.spec');
    expect(new DomainError('api_key_invalid').stack).not.toContain('domain-error.spec');
    expect(Error.stackTraceLimit).toBe(limit);
  });
});
