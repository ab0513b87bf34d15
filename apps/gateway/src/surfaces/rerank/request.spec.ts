import { readRerankCall } from './request.js';

const read = (...documents: unknown[]) => readRerankCall({ model: 'm', query: 'four', documents }, 1_000);

describe('what a request to rank documents may cost', () => {
  it('is bounded by its bytes, and by the query once more with each document', () => {
    expect(read('one', { text: 'two' })).toMatchObject({ texts: 2, inputTokensMax: 1_000 + 2 * (4 + 64) });
  });

  it.each([
    ['a picture', { image: 'https://a.example/b.png' }],
    ['a picture beside its words', { text: 'two', image: 'https://a.example/b.png' }],
    ['a field of any other name', { photo: 'https://a.example/b.png' }],
    ['no plain text', { text: { url: 'https://a.example/b.png' } }],
  ])('has no bound but the context where a document is %s', (_, document) => {
    expect(read('one', document)).toMatchObject({ texts: 2, inputTokensMax: null });
  });
});
