import fc from 'fast-check';
import { toEncoding } from './to-encoding.js';

const answerOf = (...embeddings: unknown[]) => ({
  ...{ object: 'list', usage: { prompt_tokens: 1 } },
  data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })),
});

describe('the encoding of vectors', () => {
  it('is left as it came where it is the one that was asked for', () => {
    expect(toEncoding(answerOf([1, 2], [3]), 'float')).toBeUndefined();
    expect(toEncoding(answerOf('AACAPw==', 'AACAPw=='), 'base64')).toBeUndefined();
  });

  it('is changed to the other one and back without a loss, of floats of 32 bits', () => {
    const anyVector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(anyVector, (vector) => {
        const encoded = toEncoding(answerOf(vector, [0.5]), 'base64')!;
        expect(encoded).toMatchObject({ object: 'list', data: [{ embedding: expect.any(String) }, { index: 1 }] });
        expect(toEncoding(encoded, 'float')).toEqual(answerOf([...vector], [0.5]));
      }),
    );
  });

  it('is not guessed of what is no vector', () => {
    for (const nothing of [null, {}, ['a'], [null]])
      expect(() => toEncoding(answerOf(nothing), 'base64')).toThrow('response_parse_failed');
    for (const nothing of [null, {}, '', 'AAA='])
      expect(() => toEncoding(answerOf(nothing), 'float')).toThrow('response_parse_failed');
  });
});
