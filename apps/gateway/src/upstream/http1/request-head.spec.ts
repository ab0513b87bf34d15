import { type RawRequest, writeRequestHead } from './request-head.js';

const REQUEST: RawRequest = { method: 'POST', path: '/v1/chat', headers: {}, body: undefined };
const write = (request: Partial<RawRequest>, keepsAlive = true): string =>
  writeRequestHead({ ...REQUEST, ...request }, 'api.example:8080', keepsAlive);

const BAD_CHARACTERS = ['\r', '\n', '\r\n', '\0', '\x1f', '\x7f', '\u0100', '\u010d\u010a', '\ud83d\ude00', '\u2028'];

describe('the head of a request', () => {
  it('says what, of whom, whether the connection is kept, and how long the body is', () => {
    expect(write({ path: '/v1/chat?a=%20b', headers: { Authorization: 'Bearer x', 'x-y': '' }, body: 'grüße' })).toBe(
      'POST /v1/chat?a=%20b HTTP/1.1\r\nhost: api.example:8080\r\nconnection: keep-alive\r\ncontent-length: 7\r\nAuthorization: Bearer x\r\nx-y: \r\n\r\n',
    );
    expect(write({ method: 'GET' }, false)).toBe(
      'GET /v1/chat HTTP/1.1\r\nhost: api.example:8080\r\nconnection: close\r\n\r\n',
    );
  });

  it.each<[Partial<RawRequest>, string | null]>([
    [{ body: 'abc' }, '3'],
    [{ body: '' }, '0'],
    [{ body: '\ud800' }, '3'],
    [{ body: Buffer.from([1, 2]) }, '2'],
    [{}, '0'],
    [{ method: 'GET' }, null],
    [{ method: 'DELETE' }, null],
    [{ method: 'GET', body: 'a' }, '1'],
  ])('has the length of its body in bytes: %j is %j', (request, length) => {
    expect(/content-length: (.*)\r\n/.exec(write(request))?.[1] ?? null).toBe(length);
  });

  it('keeps Latin-1 and tabs in values as they are', () => {
    expect(write({ headers: { a: 'ä\t\xff' } })).toContain('\r\na: ä\t\xff\r\n');
  });

  it('says the same headers again, and what they are now where they can change', () => {
    const headers = { a: '1' };
    const frozen = Object.freeze({ ...headers });
    for (const body of ['x', 'xyz']) {
      expect(write({ headers: frozen, body })).toContain(`content-length: ${body.length}\r\na: 1\r\n\r\n`);
      expect(write({ headers, body })).toContain(`a: ${headers.a}\r\n\r\n`);
      headers.a = '2\t2';
    }
    headers.a = '\n';
    expect(() => write({ headers })).toThrow(TypeError);
    const bad = Object.freeze({ a: 'x\r\ny: z' });
    for (let count = 0; count < 2; count += 1) expect(() => write({ headers: bad })).toThrow(TypeError);
  });

  it.each(BAD_CHARACTERS)('cannot be ended or split by %j', (bad) => {
    for (const text of [`a${bad}b`, `${bad}b`, `a${bad}`]) {
      expect(() => write({ path: `/${text}` })).toThrow(TypeError);
      expect(() => write({ headers: { [text]: 'b' } })).toThrow(TypeError);
      expect(() => write({ headers: { a: text } })).toThrow(TypeError);
    }
  });

  it.each(['', 'v1', 'http://other.example/', '*', '/a b', '/a\tb', '/ä', '/a HTTP/1.1\r\nx: y'])(
    'has no path %j',
    (path) => {
      expect(() => write({ path })).toThrow(TypeError);
    },
  );

  it.each(['', 'a b', 'a:', 'a\t', '(a)', 'ä'])('has no name %j', (name) => {
    expect(() => write({ headers: { [name]: 'x' } })).toThrow(TypeError);
  });

  it.each(['Host', 'connection', 'Content-Length', 'transfer-encoding', 'UPGRADE', 'te', 'trailer'])(
    'is not framed twice: %s',
    (name) => {
      expect(() => write({ headers: { [name]: '0' } })).toThrow(TypeError);
      expect(write({ headers: { [`x-${name}`]: '0', [`${name}s`]: '1' } })).toContain(
        `x-${name}: 0\r\n${name}s: 1\r\n`,
      );
    },
  );

  it('never tells a value in its refusal', () => {
    expect(() => write({ headers: { authorization: 'Bearer sk-fake\r\n' } })).toThrow(/^((?!sk-fake).)*$/s);
  });
});
