import { readRetryAfter } from './read-retry-after.js';

const read = (text?: string) => readRetryAfter(text === undefined ? {} : { 'retry-after': text });

describe('the wait an upstream asks for', () => {
  it('is read from seconds and from dates', () => {
    expect(read('7')).toBe(7);
    expect(read(new Date(Date.now() + 30_000).toUTCString())).toBeGreaterThan(27);
    expect(read(new Date(0).toUTCString())).toBe(0);
  });

  it('is unknown where there is none or it makes no sense', () => {
    expect([read(), read(''), read('soon'), read('-5 apples')]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
