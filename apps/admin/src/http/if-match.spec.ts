import { readIfMatch } from './if-match.js';

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    ['3', 3],
    ['"3"', 3],
    ['W/"3"', 3],
  ])('reads %j as %j', (header, version) => {
    expect(readIfMatch(header)).toBe(version);
  });

  it.each(['', 'x', '"3', '-1', '1.5', '"1", "2"'])('refuses %j', (header) => {
    expect(() => readIfMatch(header)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
