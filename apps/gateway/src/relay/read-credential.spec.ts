import { readCredential } from './read-credential.js';

const read = (headers: Record<string, string | string[]>, queryKey?: unknown) => readCredential({ headers, queryKey });

describe('the credential of a request', () => {
  it('is found in each of the places that official libraries use', () => {
    expect(read({ authorization: 'Bearer sk-1' })).toBe('sk-1');
    expect(read({ authorization: 'bearer  sk-1 ' })).toBe('sk-1');
    expect(read({ 'x-api-key': 'sk-1' })).toBe('sk-1');
    expect(read({ 'x-goog-api-key': 'sk-1' })).toBe('sk-1');
    expect(read({}, 'sk-1')).toBe('sk-1');
  });

  it('may be sent twice if it is the same', () => {
    expect(read({ authorization: 'Bearer sk-1', 'x-api-key': 'sk-1' }, 'sk-1')).toBe('sk-1');
  });

  it('is refused where two differ', () => {
    for (const headers of [
      { authorization: 'Bearer sk-1', 'x-api-key': 'sk-2' },
      { 'x-api-key': 'sk-2', 'x-goog-api-key': 'sk-1' },
      { 'x-api-key': ['sk-2', 'sk-2'] },
    ])
      expect(() => read(headers as Record<string, string>)).toThrow('invalid_request');
    expect(() => read({ 'x-api-key': 'sk-1' }, ['a', 'b'])).toThrow('invalid_request');
  });

  it('is missing where nothing or an empty bearer is sent, invalid where it is of another scheme', () => {
    expect(() => read({})).toThrow('api_key_missing');
    expect(() => read({ authorization: '' })).toThrow('api_key_missing');
    expect(() => read({ authorization: 'Bearer ' })).toThrow('api_key_missing');
    expect(() => read({ authorization: 'Basic abc' })).toThrow('api_key_invalid');
  });
});
