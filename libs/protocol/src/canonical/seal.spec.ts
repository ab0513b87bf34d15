import { readSeal, writeSeal } from './seal.js';

describe('a seal on its way through a client', () => {
  it('is unchanged in the dialect of its maker, so that native histories and ours are one', () => {
    const seal = { format: 'anthropic-messages', value: 'Eq+/=' } as const;
    expect(writeSeal(seal, 'anthropic-messages')).toBe('Eq+/=');
    expect(readSeal('Eq+/=', 'anthropic-messages')).toEqual(seal);
  });

  it('finds its way home through any other dialect', () => {
    const seal = { format: 'gemini-generate', value: 'a.b\nc' } as const;
    expect(readSeal(writeSeal(seal, 'openai-responses'), 'openai-responses')).toEqual(seal);
  });

  it('is nothing where it is empty or no text', () => {
    for (const carried of ['', undefined, null, 5, {}]) expect(readSeal(carried, 'openai-chat')).toBeUndefined();
  });

  it('belongs to the dialect where its mark names nobody', () => {
    expect(readSeal('tokenbay.nobody.x', 'openai-chat')).toEqual({ format: 'openai-chat', value: 'tokenbay.nobody.x' });
  });
});
