import { gzipSync } from 'node:zlib';
import { decodeBody, parseJsonBody } from './read-json-body.js';

const parse = (text: string) => parseJsonBody(Buffer.from(text));

describe('the body of a request', () => {
  it('is parsed once, the last of duplicate keys counting', () => {
    expect(parse('{"model":"a","model":"b"}')).toEqual({ model: 'b' });
  });

  it('must be a JSON object', () => {
    for (const text of ['', '[]', '"x"', 'null', '{', '{"a":1}x', 'a=b'])
      expect(() => parse(text)).toThrow('invalid_request');
  });

  it('may be nested 64 deep and no deeper', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(() => parse(nested(64))).not.toThrow();
    expect(() => parse(nested(65))).toThrow('invalid_request');
    expect(() => parse(nested(100_000))).toThrow('invalid_request');
  });

  it('may hold long strings, and no more values than memory can bear', () => {
    const long = JSON.stringify({ a: '{[,\\"'.repeat(200_000) });
    expect(parse(long)).toEqual({ a: '{[,\\"'.repeat(200_000) });
    expect(() => parse(`[${'{},'.repeat(300_000)}0]`)).toThrow('invalid_request');
    expect(() => parse(`{"x":[${'{},'.repeat(300_000)}0]}`)).toThrow('invalid_request');
    expect(() => parse(`{"x":[${'0,'.repeat(200_000)}0],"y":"${'a'.repeat(300_000)}"}`)).not.toThrow();
  });

  it('may not smuggle a prototype in, but may speak of one', () => {
    expect(() => parse('{"a":[{"__proto__":{"x":1}}]}')).toThrow('invalid_request');
    expect(parse('{"content":"__proto__"}')).toEqual({ content: '__proto__' });
  });

  it('may be gzipped, and is counted decoded', async () => {
    const bytes = gzipSync('{"a":1}');
    expect((await decodeBody({ bytes, encoding: 'gzip', bytesMax: 100 })).toString()).toBe('{"a":1}');
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    await expect(decodeBody({ bytes: bomb, encoding: 'gzip', bytesMax: 100_000 })).rejects.toThrow('request_too_large');
    await expect(decodeBody({ bytes: Buffer.from('no'), encoding: 'gzip', bytesMax: 100 })).rejects.toThrow(
      'invalid_request',
    );
    await expect(decodeBody({ bytes, encoding: 'br', bytesMax: 100 })).rejects.toThrow('invalid_request');
  });
});
