import { affinityOf } from './affinity.js';
import type { Call } from './call.js';

const of = (body: object, { account = 'a', bytes = 10_000 }: { account?: string; bytes?: number | null } = {}) =>
  affinityOf({ body, inputTokensMax: bytes } as unknown as Call, account);
const user = (content: unknown) => ({ role: 'user', content });
const system = { role: 'system', content: 'You are kind.' };

describe('the affinity of a request', () => {
  it('is the same for all turns of a conversation, and another one for another conversation', () => {
    const first = of({ messages: [system, user('Hello')] });
    expect(first).toEqual(expect.any(Number));
    expect(of({ messages: [system, user('Hello'), { role: 'assistant', content: 'Hi' }, user('More')] })).toBe(first);
    expect(of({ messages: [system, user('Good day')] })).not.toBe(first);
    expect(of({ messages: [{ ...system, content: 'You are strict.' }, user('Hello')] })).not.toBe(first);
    expect(of({ messages: [system, user('Hello')] }, { account: 'b' })).not.toBe(first);
  });

  it('reads messages in every dialect', () => {
    for (const [one, other] of [
      [{ messages: [user([{ type: 'text', text: 'x' }])] }, { messages: [user([{ type: 'text', text: 'y' }])] }],
      [
        { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
        { contents: [{ role: 'user', parts: [{ text: 'y' }] }] },
      ],
      [{ input: 'x' }, { input: 'y' }],
      [{ input: [user('x')] }, { input: [user('y')] }],
    ]) {
      expect(of(one!)).toBe(of(structuredClone(one!)));
      expect(of(one!)).not.toBe(of(other!));
    }
  });

  it('is what the client named the conversation, however short the prompt', () => {
    const bytes = 10;
    const messages = [user('x')];
    for (const name of [{ prompt_cache_key: 'k' }, { user: 'k' }, { metadata: { user_id: 'k' } }]) {
      expect(of({ ...name, messages }, { bytes })).toBe(of({ prompt_cache_key: 'k', messages: [user('y')] }));
    }
    expect(of({ prompt_cache_key: 'k', user: 'u' })).toBe(of({ prompt_cache_key: 'k', user: 'v' }));
  });

  it('is none where the prompt is too short to be cached, or there is nothing to read', () => {
    expect(of({ messages: [user('x')] }, { bytes: 4_095 })).toBeUndefined();
    expect(of({ messages: [user('x')] }, { bytes: null })).toEqual(expect.any(Number));
    expect(of({})).toBeUndefined();
  });

  it.each([[null], [[null]], [[7]], [{ 0: 'x' }], [[{ content: [null] }]], [[{ parts: 'x' }]]])(
    'does not stumble over %j',
    (messages) => expect(() => of({ messages, metadata: 'x', user: 7 })).not.toThrow(),
  );
});
