import type { CanonicalCall } from '@tokenbay/protocol';
import { findAdapter } from './adapters.js';

const call: CanonicalCall = {
  ...{ turns: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], tools: [], attribution: {}, caching: {} },
  ...{ output: { choices: 1, modalities: ['text'] }, sampling: {}, safety: [] },
};
const sound = { kind: 'base64', mediaType: 'audio/wav', data: 'AA==' } as const;

function chosen(fields: Partial<CanonicalCall>, provider = 'openai'): string {
  const { chooseWire, wires } = findAdapter(provider)!;
  return (chooseWire?.({ ...call, ...fields }, 'anthropic-messages') ?? wires[0]!).format;
}

describe('what an OpenAI provider is asked in', () => {
  it.each<[string, Partial<CanonicalCall>]>([
    ['says nothing special', {}],
    ['reasons', { reasoning: { mode: 'on', effort: 'low' }, sampling: { seed: 5 } }],
    [
      'has a sufficient limit and penalties of nothing',
      { output: { ...call.output, tokensMax: 16 }, sampling: { presencePenalty: 0 } },
    ],
  ])('is Responses where a call %s', (_, fields) => {
    expect(chosen(fields)).toBe('openai-responses');
  });

  it.each<[string, Partial<CanonicalCall>]>([
    ['stop sequences', { sampling: { stopSequences: ['END'] }, reasoning: { mode: 'on' } }],
    ['several choices', { output: { ...call.output, choices: 2 } }],
    ['audio', { output: { ...call.output, modalities: ['text', 'audio'] } }],
    ['a recording', { turns: [{ role: 'user', content: [{ type: 'audio', source: sound }] }] }],
    ['biases', { sampling: { logitBias: { 5: 1 } } }],
    ['a tiny limit', { output: { ...call.output, tokensMax: 15 } }],
    ['a seed', { sampling: { seed: 5 } }],
    ['a penalty', { sampling: { frequencyPenalty: 0.5 } }],
  ])('is a chat where a call has %s', (_, fields) => {
    expect(chosen(fields)).toBe('openai-chat');
  });

  it('is a chat where it is merely compatible', () => {
    expect(chosen({}, 'openai-compatible')).toBe('openai-chat');
    expect(findAdapter('openai-compatible')!.wires.map(({ format }) => format)).toEqual(['openai-chat']);
  });
});
