import { DomainError } from '@tokenbay/errors';
import { errorHeaders, toErrorView } from './error-view.js';

const ID = '0190c3a4-0000-7000-8000-000000000000';
const headersOf = (error: DomainError) => errorHeaders(toErrorView(error, ID));

describe('error view', () => {
  it('shows the sentence for the caller and never the detail', () => {
    const view = toErrorView(new DomainError('model_not_found', 'row 17', { param: 'model' }), ID);
    expect(view).toEqual({
      code: 'model_not_found',
      status: 404,
      type: 'not_found_error',
      message: 'There is no such model.',
      param: 'model',
      retryable: false,
      retryAfterSeconds: null,
      problems: [],
      requestId: ID,
    });
  });

  it.each([
    [0.2, '1', 'true'],
    [1, '1', 'true'],
    [1.01, '2', 'true'],
    [60, '60', 'true'],
    [60.5, '61', 'false'],
    [-3, '1', 'true'],
    [NaN, '1', 'true'],
    [undefined, '1', 'true'],
  ])('a wait of %p s is retry-after %p, x-should-retry %p', (wait, after, retry) => {
    const options = wait === undefined ? {} : { retryAfterSeconds: wait };
    expect(headersOf(new DomainError('account_rate_limited', undefined, options))).toMatchObject({
      'retry-after': after,
      'x-should-retry': retry,
    });
  });

  it('names no wait where the status is neither 429 nor 503', () => {
    const headers = headersOf(new DomainError('upstream_failed', undefined, { retryAfterSeconds: 5 }));
    expect(headers).toMatchObject({ 'x-should-retry': 'true', 'x-request-id': ID, 'request-id': ID });
    expect(headers).not.toHaveProperty('retry-after');
  });

  it('obeys the thrower who knows that repeating is useless', () => {
    expect(headersOf(new DomainError('upstream_failed', undefined, { shouldRetry: false }))['x-should-retry']).toBe(
      'false',
    );
    expect(headersOf(new DomainError('channel_unavailable', undefined, { shouldRetry: true }))).toMatchObject({
      'x-should-retry': 'true',
      'retry-after': '1',
    });
  });
});
