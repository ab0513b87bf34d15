import { DroppedFields } from '@tokenbay/protocol';
import { amendRequest } from './amend-request.js';

function amend(body: object, outputTokensMax?: number): { request: object; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const terms = { upstreamModel: 'up', isStream: false, outputTokensMax, outputTokensHeld: 9_000, dropped };
  return { request: amendRequest({ model: 'public', ...body }, terms), dropped: dropped.list };
}

describe('a Messages request on its way to Anthropic', () => {
  it('keeps every field that we do not know, and every message that is its own', () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'EqQB' };
    const messages = [
      { role: 'user', content: 'x', extra: 1 },
      { role: 'assistant', content: [thinking] },
    ];
    const body = { messages, invented: { a: 1 }, service_tier: 'standard_only' };
    expect(amend(body)).toEqual({ request: { ...body, model: 'up' }, dropped: [] });
    expect((amend(body).request as typeof body).messages).toBe(messages);
  });

  it('has its limit lowered, and no tier that the provider chooses', () => {
    expect(amend({ max_tokens: 900, service_tier: 'auto' }, 300).request).toMatchObject({
      ...{ max_tokens: 300, service_tier: 'standard_only' },
    });
  });

  it('comes without what other providers answered and this one would refuse', () => {
    const text = { type: 'text', text: 'Yes.' };
    const found = { type: 'web_search_result_location', url: 'https://a.example', encrypted_index: '' };
    const own = { ...found, encrypted_index: 'E8' };
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 'tokenbay.gemini-generate.abc' }] },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: '' }, text] },
      {
        role: 'assistant',
        content: [
          { ...text, citations: [found] },
          { ...text, citations: [found, own] },
        ],
      },
    ];
    const { request, dropped } = amend({ messages });
    expect((request as { messages: unknown }).messages).toEqual([
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [text] },
      { role: 'assistant', content: [text, { ...text, citations: [own] }] },
    ]);
    expect(dropped).toEqual(['messages.reasoning']);
  });
});
