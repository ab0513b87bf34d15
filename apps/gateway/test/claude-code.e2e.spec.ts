import { startSystem, type System, type World } from '@tokenbay/testing';

const ephemeral = { cache_control: { type: 'ephemeral' } };
const HEADERS = {
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14',
  'x-app': 'cli',
};
const tool = (name: string, properties: object) => ({
  ...{ name, description: `Does ${name}.` },
  input_schema: {
    ...{ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties },
    ...{ required: Object.keys(properties), additionalProperties: false },
  },
});
const tools = [tool('Bash', { command: { type: 'string' } }), tool('Read', { file_path: { type: 'string' } })];

/** The shape in which Claude Code asks: marked system blocks, tools with whole schemas, thinking, and a loop of calls and results. */
function requestOf(model: string, messages: object[]): object {
  return {
    ...{
      model,
      max_tokens: 32_000,
      stream: true,
      messages,
      tools,
      thinking: { type: 'enabled', budget_tokens: 31_999 },
    },
    system: [
      { type: 'text', text: 'You are Claude Code.', ...ephemeral },
      { type: 'text', text: 'Be brief.', ...ephemeral },
    ],
    metadata: { user_id: `user_${'0'.repeat(64)}_account__session_3f0c5e54-7a51-4d4e-9a39-3c9f6f1b0a11` },
  };
}

interface Event {
  readonly type: string;
  readonly message?: { readonly usage: { readonly input_tokens: number } };
  readonly content_block?: { readonly type: string; readonly id?: string };
  readonly delta?: { readonly stop_reason?: string };
  readonly usage?: object;
}

describe.each([
  ['its own provider', 'anthropic', 'claude-sonnet-4-5'],
  ['an OpenAI provider', 'openai', 'gpt-5-mini'],
  ['a provider that speaks chat completions', 'openai-compatible', 'some-model'],
  ['Gemini', 'gemini', 'gemini-3-pro-preview'],
])('a coding agent that speaks Messages, served by %s', (_, provider, upstream) => {
  let system: System;
  let world: World;

  beforeAll(async () => {
    system = await startSystem();
    const model = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    world = await system.world({
      upstreamModel: `${upstream}@tool-call:Bash`,
      channel: { provider },
      model,
      points: '100000',
    });
  }, 60_000);
  afterAll(() => system.stop());

  async function ask(messages: object[]): Promise<{ events: Event[]; dropped: string | null }> {
    const { apiKey, modelName } = world;
    const answer = await system.gateway.post('/v1/messages?beta=true', apiKey, requestOf(modelName, messages), HEADERS);
    if (answer.status !== 200) throw new Error(answer.text);
    const events = answer.text.split('\n').filter((line) => line.startsWith('data: '));
    return {
      events: events.map((line) => JSON.parse(line.slice(6)) as Event),
      dropped: answer.headers.get('x-tokenbay-dropped-fields'),
    };
  }

  it('is answered with a call of its tool, in blocks that open and close one after the other', async () => {
    const { events, dropped } = await ask([
      { role: 'user', content: [{ type: 'text', text: 'List files.', ...ephemeral }] },
    ]);
    const kinds = events.filter(({ type }) => type !== 'content_block_delta' && type !== 'ping');
    const thinking = ['content_block_start', 'content_block_stop'];
    expect(kinds.map(({ type }) => type)).toEqual([
      'message_start',
      ...(provider === 'openai-compatible' ? [] : thinking),
      // The signature of its call, which a call has no place for.
      ...(provider === 'gemini' ? thinking : []),
      ...['content_block_start', 'content_block_stop', 'message_delta', 'message_stop'],
    ]);
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { output_tokens: expect.any(Number) },
    });
    const left = { openai: 'user_id', 'openai-compatible': 'reasoning', gemini: 'user' }[provider] ?? null;
    expect(dropped).toBe(left);
  });

  it('goes on in its loop with results, errors and notes between them', async () => {
    const { events } = await ask([{ role: 'user', content: 'List files.' }]);
    const blocks = events.flatMap(({ content_block: block }) => block ?? []);
    const call = blocks.find(({ type }) => type === 'tool_use')!;
    const sealed = blocks.filter(({ type }) => type === 'redacted_thinking');
    const calls = [
      { type: 'tool_use', id: call.id, name: 'Bash', input: { command: 'ls' } },
      { type: 'tool_use', id: 'toolu_second', name: 'Read', input: { file_path: '/a' } },
    ];
    const results = [
      { type: 'tool_result', tool_use_id: call.id, content: 'a.txt', is_error: false },
      { type: 'tool_result', tool_use_id: 'toolu_second', content: 'No such file', is_error: true, ...ephemeral },
      { type: 'text', text: '<system-reminder>Be careful.</system-reminder>' },
    ];
    await system.upstream.mark();
    // Thinking of another model, which its client keeps, comes back marked or unsigned.
    const another = provider === 'gemini' ? 'openai-responses' : 'gemini-generate';
    const thinking = [
      { type: 'thinking', thinking: 'Two tools.', signature: '' },
      { type: 'thinking', thinking: 'Two.', signature: `tokenbay.${another}.abc` },
    ];
    await ask([
      { role: 'user', content: 'List files.' },
      { role: 'assistant', content: [...thinking, { type: 'text', text: 'Looking.' }, ...sealed, ...calls] },
      { role: 'user', content: results },
    ]);
    const [sent] = await system.upstream.requests();
    expect(JSON.stringify(sent?.body)).not.toContain('Two tools.');
    if (provider === 'gemini')
      expect(sent?.body).toHaveProperty('contents.1.parts.1', {
        functionCall: { id: call.id, name: 'Bash', args: { command: 'ls' } },
        thoughtSignature: expect.stringMatching(/^RmFrZVNpZ25hdHVyZ/),
      });
    expect(sent?.headers['anthropic-beta']).toBe(provider === 'anthropic' ? HEADERS['anthropic-beta'] : undefined);
  });

  it('is told what its context has in tokens', async () => {
    const body = { model: world.modelName, messages: [{ role: 'user', content: 'List files.' }], tools };
    const { body: counted } = await system.gateway.post('/v1/messages/count_tokens', world.apiKey, body);
    expect((counted as { input_tokens: number }).input_tokens).toBeGreaterThan(50);
  });
});
