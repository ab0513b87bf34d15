import type { CanonicalCall, Turn } from '@tokenbay/protocol';
import { AttemptFailure, toFinalError } from '../attempt.js';
import { assertWords } from './assert-words.js';

const say = (role: 'system' | 'user' | 'assistant', ...texts: string[]): Turn => ({
  role,
  content: texts.map((text) => ({ type: 'text', text })),
});
const check = (...turns: Turn[]) => assertWords({ turns } as unknown as CanonicalCall, 'openai-chat');

describe('a conversation for a provider that refuses empty texts', () => {
  it.each([
    ['is nothing else', [say('user', '')]],
    ['has no part at all', [say('user')]],
    ['comes after the model', [say('user', 'Hi'), say('assistant', 'Yes?'), say('user', '', '')]],
    ['comes after the model, below instructions', [say('system', 'Be brief'), say('user', 'Hi'), say('user', '')]],
    ['is all there is below empty ones', [say('user', ''), say('assistant', ''), say('user', '')]],
  ])('goes to another, or back to its client by name, where what the user says last is empty and %s', (_, turns) => {
    let failure: unknown;
    try {
      check(...turns);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ verdict: 'unsuited', isUnsent: true });
    expect(toFinalError([failure as AttemptFailure])).toMatchObject({
      ...{
        code: 'invalid_request',
        options: { param: 'messages', message: expect.stringMatching(/^messages: .*empty/) },
      },
    });
  });

  it.each([
    ['there are words beside the empty ones', [say('user', '', 'Hi')]],
    ['only instructions speak, which are then said by the user', [say('system', 'Greet me'), say('user', '')]],
    ['something else is shown', [{ role: 'user', content: [{ type: 'image', source: {} }] } as unknown as Turn]],
    ['the empty one is an earlier one', [say('user', ''), say('assistant', 'Yes?'), say('user', 'Hi')]],
    ['the model is to go on', [say('user', 'Hi'), say('assistant', 'Well,')]],
    ['a result comes last', [say('user', 'Hi'), { role: 'tool', content: [] }]],
  ])('may stand where %s', (_, turns) => {
    expect(() => check(...(turns as Turn[]))).not.toThrow();
  });
});
