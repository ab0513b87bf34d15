import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';
import { locate } from './locate.js';

describe('the path of a call to Azure', () => {
  it.each([
    ['https://r.openai.azure.com/openai/v1', '/chat/completions'],
    ['https://r.openai.azure.com/openai/v1?api-version=preview', '/chat/completions?api-version=preview'],
    [
      'https://r.openai.azure.com/openai/deployments?api-version=2024-10-21',
      '/my%20gpt/chat/completions?api-version=2024-10-21',
    ],
    [
      'https://r.openai.azure.com/openai/deployments/other?api-version=2024-10-21',
      '/chat/completions?api-version=2024-10-21',
    ],
  ])('below %s is %s', (baseUrl, path) => {
    expect(locate('/chat/completions', baseUrl, 'my gpt')).toBe(path);
  });
});

describe('what Azure serves', () => {
  const offeredAt = (baseUrl: string) =>
    findAdapter('azure-openai', baseUrl)!.wires.map(({ format, endpoint }) => [
      format,
      endpoint({ upstreamModel: 'gpt', isStream: false }).path,
    ]);

  it('is chats and responses below the newer form of its addresses, and chats alone below the older', () => {
    expect(offeredAt('https://r.openai.azure.com/openai/v1')).toEqual([
      ['openai-chat', '/chat/completions'],
      ['openai-responses', '/responses'],
    ]);
    expect(offeredAt('https://r.openai.azure.com/openai/deployments?api-version=1')).toEqual([
      ['openai-chat', '/gpt/chat/completions?api-version=1'],
    ]);
  });

  it('is pictures and sound below both', () => {
    for (const [baseUrl, path] of [
      ['https://r.openai.azure.com/openai/v1?api-version=preview', '/audio/speech?api-version=preview'],
      ['https://r.openai.azure.com/openai/deployments?api-version=1', '/tts/audio/speech?api-version=1'],
    ] as const)
      expect(
        findAdapter('azure-openai', baseUrl)!.speech!.endpoint({ upstreamModel: 'tts', isStream: false }).path,
      ).toBe(path);
  });

  it('is not told to store nothing, which older versions refuse, but where the client spoke of it', () => {
    const { passThrough, conversion } = findAdapter('azure-openai')!.wires[0]!;
    const terms = {
      ...{ upstreamModel: 'gpt', isStream: false, outputTokensMax: undefined, outputTokensHeld: 9 },
      dropped: new DroppedFields(),
    };
    expect(passThrough.amendRequest({ messages: [] }, terms)).toEqual({ model: 'gpt', messages: [] });
    expect(passThrough.amendRequest({ store: true }, terms)).toEqual({ model: 'gpt', store: false });
    const call = { turns: [], tools: [], sampling: {}, attribution: {}, caching: {}, safety: [] };
    const output = { choices: 1, modalities: ['text'] } as const;
    expect(conversion.writeRequest({ ...call, output }, terms)).not.toHaveProperty('store');
  });
});
