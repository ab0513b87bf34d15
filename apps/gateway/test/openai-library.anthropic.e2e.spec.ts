import OpenAI from 'openai';
import { startSystem, type System, type World } from '@tokenbay/testing';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const UPSTREAM = 'claude-sonnet-4-5';
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      ...{ name: 'get_weather', description: 'The weather of a place.' },
      parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
    },
  },
];

/** The fake upstream refuses whatever Anthropic would refuse, so that an answer proves the request. */
describe('the official OpenAI library, unmodified, served by Anthropic', () => {
  let system: System;
  const worlds = new Map<string, World>();

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.stop());

  async function clientFor(directives = '', upstream = UPSTREAM): Promise<{ client: OpenAI; model: string }> {
    const upstreamModel = directives === '' ? upstream : `${upstream}@${directives}`;
    const options = {
      ...{ upstreamModel, channel: { provider: 'anthropic' } },
      model: { contextTokensMax: 200_000, outputTokensMax: 64_000 },
    };
    const world = worlds.get(upstreamModel) ?? (await system.world(options));
    worlds.set(upstreamModel, world);
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
    return { client, model: world.modelName };
  }

  async function create(fields: object, directives = '', upstream = UPSTREAM): Promise<OpenAI.ChatCompletion> {
    const { client, model } = await clientFor(directives, upstream);
    const request = { model, messages, ...fields } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    return client.chat.completions.create(request);
  }

  async function stream(fields: object, directives = ''): Promise<OpenAI.ChatCompletion> {
    const { client, model } = await clientFor(directives);
    return client.chat.completions.stream({ model, messages, ...fields }).finalChatCompletion();
  }

  it('gets a completion, and the same as a stream with the usage it asked for', async () => {
    const usage = {
      prompt_tokens: 140,
      completion_tokens: 30,
      total_tokens: 170,
      prompt_tokens_details: { cached_tokens: 20 },
    };
    const whole = await create({}, 'usage:120:30:20');
    expect(whole).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }], usage });
    const streamed = await stream({ stream_options: { include_usage: true } }, 'usage:120:30:20');
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(streamed).toMatchObject({ choices: [{ finish_reason: 'stop' }], usage });
  });

  it('calls tools, whole and streamed, and goes on after their results', async () => {
    const fields = { tools, tool_choice: 'required' };
    const asked = await create(fields);
    for (const { choices } of [asked, await stream(fields)]) {
      expect(choices[0]?.finish_reason).toBe('tool_calls');
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
      expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toHaveProperty('location');
    }
    const { message } = asked.choices[0]!;
    const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: 'rain' };
    const history = [...messages, message, result, { role: 'user', content: 'And tomorrow?' }];
    expect(await create({ tools, messages: history })).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('has system and developer messages, pictures and files where Messages has them', async () => {
    const content: OpenAI.ChatCompletionContentPart[] = [
      { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://images.example/a.png' } },
      { type: 'file', file: { filename: 'tale.txt', file_data: 'data:text/plain;base64,T25jZS4=' } },
      { type: 'text', text: 'What is it?' },
    ];
    const history = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content },
    ];
    expect(await create({ messages: history })).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('gets structured output', async () => {
    const schema = { type: 'object', properties: { answer: { type: 'string' } } };
    const format = { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } };
    const { choices } = await create({ response_format: format });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ answer: 'Hello' });
  });

  it('is told why an answer ended', async () => {
    expect(await create({ max_completion_tokens: 3 })).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    const stopped = await create({ stop: ['so that'], temperature: 1.7, top_p: 0.9 });
    expect(stopped.choices[0]).toMatchObject({
      ...{ finish_reason: 'stop', message: { content: expect.not.stringContaining('so that') } },
    });
  });

  it('reads reasoning, and sends it back so that its maker knows it', async () => {
    const thought = await create({ reasoning_effort: 'low', max_completion_tokens: 4_000 });
    const { message } = thought.choices[0]!;
    expect(message).toMatchObject({
      reasoning_content: expect.stringContaining('greets'),
      reasoning_details: [{ signature: expect.stringMatching(/^tokenbay\.anthropic-messages\./) }],
    });
    const history = [...messages, message, { role: 'user', content: 'And?' }];
    const fields = { reasoning_effort: 'low', max_completion_tokens: 4_000, messages: history };
    expect(await create(fields)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    const sent = (await system.upstream.requests()).at(-1)!.body as { messages: { content: { type: string }[] }[] };
    expect(sent.messages[1]?.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  });

  it('is refused what would change the answer, and told by name what does not', async () => {
    await expect(create({ n: 2 })).rejects.toMatchObject({
      status: 501,
      code: 'conversion_not_implemented',
      param: 'n',
    });
    const { client, model } = await clientFor();
    const { response } = await client.chat.completions
      .create({ model, messages, presence_penalty: 0.5 })
      .withResponse();
    expect(response.headers.get('x-tokenbay-dropped-fields')).toBe('presence_penalty');
  });

  it('is refused an empty text by the name of its field, not in the words of a provider that was never asked', async () => {
    const asked = (await system.upstream.requests()).length;
    for (const said of [
      [],
      [
        { role: 'user' as const, content: 'Hi' },
        { role: 'assistant' as const, content: 'Yes?' },
      ],
    ])
      await expect(create({ messages: [...said, { role: 'user', content: '' }] })).rejects.toMatchObject({
        ...{ status: 400, code: 'invalid_request', param: 'messages' },
      });
    expect(await system.upstream.requests()).toHaveLength(asked);
    const beside = [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: '' },
          { type: 'text' as const, text: 'Hi' },
        ],
      },
    ];
    expect((await create({ messages: beside })).choices[0]?.finish_reason).toBe('stop');
  });

  it('is told of failures, with the class of their kind and nothing of the upstream', async () => {
    await expect(create({}, 'error:prompt_too_long')).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
    await expect(create({}, 'error:credit_balance')).rejects.toMatchObject({ status: 503 });
    await expect(create({}, 'error:overloaded_error')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(create({}, 'error:api_error')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await expect(stream({}, 'error-event:5')).rejects.toBeInstanceOf(OpenAI.APIError);
    await expect(stream({}, 'end-after:5')).rejects.toBeInstanceOf(OpenAI.APIError);
    expect(await stream({}, 'no-done')).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('is served by whoever can carry its request, when another channel cannot', async () => {
    const upstreamModel = `${UPSTREAM}@words:2`;
    const world = await system.world({ upstreamModel, channel: { provider: 'anthropic', priority: 10 } });
    const models = { [world.modelName]: 'gpt-4o@words:2' };
    await system.admin.createChannel({ baseUrl: system.upstream.baseUrl, provider: 'openai', models });
    await system.settled();
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
    const { choices } = await client.chat.completions.create({ model: world.modelName, messages, n: 2 });
    expect(choices).toHaveLength(2);
  });
});
