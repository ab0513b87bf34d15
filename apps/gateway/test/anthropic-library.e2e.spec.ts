import Anthropic from '@anthropic-ai/sdk';
import { type LoggedRequest, startSystem, type System, type World } from '@tokenbay/testing';

const TEXT = 'Hello from the fake';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Hello' }];
const weather: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather of a place.',
  input_schema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};

/** The fake upstream refuses whatever the provider would refuse, so that an answer proves the request. */
describe.each([
  ['its own provider', 'anthropic', 'claude-sonnet-4-5'],
  ['an OpenAI provider', 'openai', 'gpt-4o'],
  ['a provider that speaks chat completions', 'openai-compatible', 'some-model'],
  ['Gemini', 'gemini', 'gemini-3-flash'],
])('the official Anthropic library, unmodified, served by %s', (_, provider, upstream) => {
  let system: System;
  const worlds = new Map<string, World>();

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.stop());

  async function worldOf(directives: string, name = upstream): Promise<World> {
    const upstreamModel = directives === '' ? name : `${name}@${directives}`;
    const known = worlds.get(upstreamModel);
    if (known) return known;
    const model = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    const world = await system.world({ upstreamModel, channel: { provider }, model });
    worlds.set(upstreamModel, world);
    return world;
  }

  async function clientFor(directives = '', name = upstream): Promise<{ client: Anthropic; model: string }> {
    const { apiKey, modelName } = await worldOf(directives, name);
    return { client: new Anthropic({ apiKey, baseURL: system.gatewayUrl, maxRetries: 0 }), model: modelName };
  }

  async function create(fields: object, directives = '', name = upstream): Promise<Anthropic.Message> {
    const { client, model } = await clientFor(directives, name);
    return client.messages.create({
      model,
      max_tokens: 2_000,
      messages,
      ...fields,
    } as Anthropic.MessageCreateParamsNonStreaming);
  }

  async function stream(fields: object, directives = '', name = upstream): Promise<Anthropic.Message> {
    const { client, model } = await clientFor(directives, name);
    return client.messages.stream({ model, max_tokens: 2_000, messages, ...fields }).finalMessage();
  }

  async function sentBody(model: string): Promise<Record<string, unknown>> {
    const entries = await system.upstream.requests();
    const path = `/models/${encodeURIComponent(model)}:`;
    const isSent = ({ body, path: asked }: LoggedRequest) =>
      (body as { model?: string }).model === model || asked.includes(path);
    return entries.findLast(isSent)!.body as Record<string, unknown>;
  }

  it('gets a message', async () => {
    const message = await create({}, 'usage:120:30');
    expect(message).toMatchObject({
      ...{ type: 'message', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null },
      content: [{ type: 'text', text: expect.stringContaining(TEXT) }],
      usage: { input_tokens: 120, output_tokens: 30 },
    });
  });

  it('gets the same as a stream', async () => {
    const whole = await create({}, 'usage:120:30');
    const streamed = await stream({}, 'usage:120:30');
    expect(streamed.content.map((block) => block.type === 'text' && block.text)).toEqual(
      whole.content.map((block) => block.type === 'text' && block.text),
    );
    expect(streamed).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 120, output_tokens: 30 } });
  });

  it('has its instructions obeyed to where they are sent', async () => {
    await create({ system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] }, 'words:3');
    const { system: prompt, systemInstruction, messages: sent, input } = await sentBody(`${upstream}@words:3`);
    const [first] = (sent ?? input ?? []) as object[];
    expect(JSON.stringify(prompt ?? systemInstruction ?? first)).toContain('Be brief.');
  });

  it('calls tools, whole and streamed', async () => {
    const fields = { tools: [weather], tool_choice: { type: 'any' } };
    for (const message of [await create(fields), await stream(fields)]) {
      expect(message.stop_reason).toBe('tool_use');
      // The signature of a call that Gemini makes stands before it.
      const shown = message.content.filter(({ type }) => type !== 'redacted_thinking');
      expect(shown).toEqual([
        expect.objectContaining({
          ...{ type: 'tool_use', name: 'get_weather' },
          input: { location: 'Lisbon, Portugal', unit: 'celsius' },
        }),
      ]);
    }
  });

  it('goes on after the results of its tools, whichever provider asked for them', async () => {
    const asked = await create({ tools: [weather], tool_choice: { type: 'tool', name: 'get_weather' } });
    const call = asked.content.find((block) => block.type === 'tool_use')!;
    const result: Anthropic.ToolResultBlockParam = {
      ...{ type: 'tool_result', tool_use_id: call.id, is_error: true },
      content: [
        { type: 'text', text: 'no such place' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
      ],
    };
    const history: Anthropic.MessageParam[] = [
      ...messages,
      { role: 'assistant', content: asked.content },
      { role: 'user', content: [result, { type: 'text', text: 'Go on.' }] },
    ];
    expect(await create({ tools: [weather], messages: history })).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('shows pictures and documents', async () => {
    const content: Anthropic.ContentBlockParam[] = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
      { type: 'image', source: { type: 'url', url: 'https://images.example/a.png' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Once.' }, title: 'Tale' },
      { type: 'text', text: 'What is it?' },
    ];
    expect(await create({ messages: [{ role: 'user', content }] })).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('gets structured output', async () => {
    const schema = { ...weather.input_schema, additionalProperties: false };
    const message = await create({ output_config: { format: { type: 'json_schema', schema } } });
    expect(JSON.parse(message.content[0]!.type === 'text' ? message.content[0].text : '')).toEqual({
      answer: 'Hello',
    });
  });

  it('stops at a stop sequence', async () => {
    const message = await create({ stop_sequences: ['so that'] });
    expect(message.content[0]).toMatchObject({ text: expect.not.stringContaining('so that') });
    // Nobody else tells why they stopped.
    expect(message.stop_reason).toBe(provider === 'anthropic' ? 'stop_sequence' : 'end_turn');
  });

  it('is told where the limit was reached', async () => {
    expect(await stream({ max_tokens: 3 })).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 3 } });
  });

  it('asks for thinking as the provider knows it', async () => {
    const thinkers = { openai: 'gpt-5-mini', 'openai-compatible': 'gpt-oss-120b', gemini: 'gemini-2.5-flash' };
    const thinker = thinkers[provider as keyof typeof thinkers] ?? 'claude-sonnet-4-5';
    const name = `${thinker}-think`;
    const thinking = { type: 'enabled', budget_tokens: 1_500 };
    const { client, model } = await clientFor('', name);
    const { data, response } = await client.messages
      .create({
        model,
        max_tokens: 2_000,
        messages,
        thinking,
      } as Anthropic.MessageCreateParamsNonStreaming)
      .withResponse();
    const sent = await sentBody(name);
    if (provider === 'anthropic') {
      expect(data.content[0]).toMatchObject({ type: 'thinking', thinking: expect.stringContaining('greets') });
      expect((await stream({ thinking }, '', name)).content).toEqual(data.content);
      expect(sent['thinking']).toEqual(thinking);
      const history = [...messages, { role: 'assistant', content: data.content }, { role: 'user', content: 'And?' }];
      await create({ thinking, messages: history }, '', name);
    } else if (provider === 'gemini') {
      expect(sent).toHaveProperty('generationConfig.thinkingConfig', { thinkingBudget: 1_500, includeThoughts: true });
      expect(data.content[0]).toMatchObject({ type: 'thinking', thinking: expect.stringContaining('greets') });
      expect((await stream({ thinking }, '', name)).content[0]).toEqual(data.content[0]);
    } else if (provider === 'openai') expect(sent['reasoning']).toEqual({ effort: 'low' });
    else expect(sent['reasoning_effort']).toBe('low');
    expect(response.headers.get('x-tokenbay-dropped-fields')).toBeNull();
  });

  it('is told by name what was left out, and refused what cannot be left out', async () => {
    if (provider === 'anthropic') {
      await expect(create({ top_k: 5 })).rejects.toThrow('top_k: Extra inputs are not permitted');
      return;
    }
    const { client, model } = await clientFor();
    const hints = { top_k: 5, metadata: { user_id: 'u'.repeat(80) } };
    const { response } = await client.messages
      .create({ model, max_tokens: 50, messages, ...hints } as Anthropic.MessageCreateParamsNonStreaming)
      .withResponse();
    const left = { openai: 'top_k, user_id', 'openai-compatible': 'top_k', gemini: 'user' }[provider];
    expect(response.headers.get('x-tokenbay-dropped-fields')).toBe(left);
    // Who goes on with what was begun needs no new answer.
    if (provider === 'gemini') return;
    const prefilled = client.messages.create({
      ...{ model, max_tokens: 50 },
      messages: [...messages, { role: 'assistant', content: 'Once' }],
    });
    await expect(prefilled).rejects.toMatchObject({
      ...{ status: 501, error: { type: 'error', error: { code: 'conversion_not_implemented' } } },
    });
  });

  it('is told of a refusal, with the class of its kind', async () => {
    await expect(create({ max_tokens: undefined })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(create({ messages: [{ role: 'user', content: [{ type: 'video' }] }] })).rejects.toThrow();
    const unknown = (await clientFor()).client.messages.create({ model: 'gone', max_tokens: 5, messages });
    await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(create({}, 'status:529')).rejects.toMatchObject({
      ...{ status: 429, error: { error: { details: { error_code: 'upstream_saturated' } } } },
    });
    await expect(create({}, 'status:500')).rejects.toBeInstanceOf(Anthropic.InternalServerError);
  });

  it('is told of a break in the middle of a stream', async () => {
    await expect(stream({}, 'error-event:4')).rejects.toBeInstanceOf(Anthropic.APIError);
    await expect(stream({}, 'end-after:5')).rejects.toBeInstanceOf(Anthropic.APIError);
  });

  it('may end without its terminator, and says so once', async () => {
    expect(await stream({}, 'no-done')).toMatchObject({ stop_reason: 'end_turn' });
    expect(await stream({}, 'duplicate-done')).toMatchObject({ stop_reason: 'end_turn' });
  });

  it('counts tokens for nothing', async () => {
    const { client, model } = await clientFor();
    const before = (await system.upstream.requests()).length;
    const { input_tokens: tokens } = await client.messages.countTokens({ model, messages, tools: [weather] });
    expect(tokens).toBeGreaterThan(10);
    expect(await system.upstream.requests()).toHaveLength(before);
  });
});
