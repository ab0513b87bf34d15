import OpenAI from 'openai';
import { type LoggedRequest, startSystem, type System, type World } from '@tokenbay/testing';

const TEXT = 'Hello from the fake';
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const parameters = {
  ...{ type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
  additionalProperties: false,
};
const weather: OpenAI.Responses.FunctionTool = {
  ...{ type: 'function', name: 'get_weather', description: 'The weather of a place.', parameters, strict: true },
};
const patch: OpenAI.Responses.CustomTool = {
  ...{ type: 'custom', name: 'apply_patch', description: 'Edits files.' },
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};
const format = { type: 'json_schema' as const, name: 'answer', strict: true, schema: parameters };

const PATCH = '*** Begin Patch\n+"Köln" 🌍\n*** End Patch';

type Params = Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>;

/** The fake upstream refuses whatever the provider would refuse, so that an answer proves the request. */
describe.each([
  ['OpenAI', 'openai', 'gpt-4o'],
  ['a provider that speaks chat completions', 'openai-compatible', 'some-model'],
  ['Anthropic', 'anthropic', 'claude-sonnet-4-5'],
  ['Gemini', 'gemini', 'gemini-2.5-flash'],
])('the Responses of the official OpenAI library, unmodified, served by %s', (_, provider, upstream) => {
  let system: System;
  const worlds = new Map<string, World>();
  const passes = provider === 'openai';

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.stop());

  async function clientFor(directives = '', name = upstream): Promise<{ client: OpenAI; model: string; world: World }> {
    const upstreamModel = directives === '' ? name : `${name}@${directives}`;
    const model = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    const world = worlds.get(upstreamModel) ?? (await system.world({ upstreamModel, channel: { provider }, model }));
    worlds.set(upstreamModel, world);
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
    return { client, model: world.modelName, world };
  }

  async function create(fields: Params, directives = '', name = upstream): Promise<OpenAI.Responses.Response> {
    const { client, model } = await clientFor(directives, name);
    return client.responses.create({ model, input: 'Hello', ...fields });
  }

  async function stream(fields: Params, directives = '', name = upstream): Promise<OpenAI.Responses.Response> {
    const { client, model } = await clientFor(directives, name);
    return client.responses.stream({ model, input: 'Hello', ...fields, stream: true }).finalResponse();
  }

  async function sentBody(name: string): Promise<Record<string, unknown>> {
    const entries = await system.upstream.requests();
    const path = `/models/${encodeURIComponent(name)}:`;
    const isSent = ({ body, path: asked }: LoggedRequest) =>
      (body as { model?: string }).model === name || asked.includes(path);
    return entries.findLast(isSent)!.body as Record<string, unknown>;
  }

  it('gets a response, and nothing of it is stored', async () => {
    const response = await create({ store: true, metadata: { a: 'b' } }, 'usage:120:30');
    expect(response).toMatchObject({
      ...{ object: 'response', status: 'completed', error: null, incomplete_details: null },
      output: [{ type: 'message', role: 'assistant', status: 'completed' }],
      usage: { input_tokens: 120, output_tokens: 30, total_tokens: 150 },
    });
    expect(response.output_text).toContain(TEXT);
    expect(response.id).toMatch(/^resp_/);
    const sent = await sentBody(`${upstream}@usage:120:30`);
    expect(sent['store']).toBe(passes ? false : undefined);
  });

  it('gets the same as a stream, told piece by piece', async () => {
    const whole = await create({}, 'usage:120:30');
    const { client, model } = await clientFor('usage:120:30');
    const types: string[] = [];
    let text = '';
    const told = client.responses.stream({ model, input: 'Hello' });
    told.on('event', ({ type }) => types.push(type));
    told.on('response.output_text.delta', ({ delta }) => (text += delta));
    const response = await told.finalResponse();
    expect(text).toBe(whole.output_text);
    expect(response).toMatchObject({ output_text: whole.output_text, usage: { input_tokens: 120, output_tokens: 30 } });
    expect(types.filter((type) => type !== 'response.output_text.delta')).toEqual([
      ...['response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added'],
      ...['response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.completed'],
    ]);
  });

  it('has its instructions where they are obeyed', async () => {
    await create({ instructions: 'Be brief.' }, 'words:3');
    expect(JSON.stringify(await sentBody(`${upstream}@words:3`))).toContain('Be brief.');
  });

  it('calls tools, whole and streamed, and goes on after their results', async () => {
    const fields: Params = { tools: [weather], tool_choice: 'required', parallel_tool_calls: false };
    const asked = await create(fields);
    for (const { status, output } of [asked, await stream(fields)]) {
      expect(status).toBe('completed');
      expect(output).toEqual([
        expect.objectContaining({ type: 'function_call', name: 'get_weather', status: 'completed' }),
      ]);
      const [call] = output as OpenAI.Responses.ResponseFunctionToolCall[];
      expect(JSON.parse(call!.arguments)).toEqual({ location: 'Lisbon, Portugal', unit: 'celsius' });
    }
    const [call] = asked.output as OpenAI.Responses.ResponseFunctionToolCall[];
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: 'Hello' },
      ...(asked.output as OpenAI.Responses.ResponseInput),
      { type: 'function_call_output', call_id: call!.call_id, output: [{ type: 'input_text', text: 'rain' }] },
      { role: 'user', content: 'And tomorrow?' },
    ];
    expect((await create({ tools: [weather], input })).output_text).toContain(TEXT);
  });

  it('calls free-form tools, whole and streamed, and goes on after their results', async () => {
    const fields: Params = { tools: [patch], tool_choice: { type: 'custom', name: 'apply_patch' } };
    const asked = await create(fields);
    for (const { output } of [asked, await stream(fields)]) {
      expect(output).toEqual([expect.objectContaining({ type: 'custom_tool_call', name: 'apply_patch' })]);
      expect((output[0] as OpenAI.Responses.ResponseCustomToolCall).input).toBe(PATCH);
    }
    const call = asked.output[0] as OpenAI.Responses.ResponseCustomToolCall;
    const input: OpenAI.Responses.ResponseInput = [
      ...[{ role: 'user' as const, content: 'Hello' }, call],
      { type: 'custom_tool_call_output', call_id: call.call_id, output: 'Done!' },
    ];
    expect((await create({ tools: [patch], input })).output_text).toContain(TEXT);
  });

  it('shows pictures', async () => {
    const content: OpenAI.Responses.ResponseInputMessageContentList = [
      { type: 'input_text', text: 'What is it?' },
      { type: 'input_image', image_url: PIXEL, detail: 'low' },
      { type: 'input_image', image_url: 'https://images.example/a.png', detail: 'auto' },
    ];
    expect((await create({ input: [{ role: 'user', content }] })).status).toBe('completed');
  });

  it('gets structured output, parsed', async () => {
    const { client, model } = await clientFor();
    const parsed = await client.responses.parse({ model, input: 'Hello', text: { format } });
    expect(JSON.parse(parsed.output_text)).toEqual({ answer: 'Hello' });
    const streamed = await stream({ text: { format } });
    expect(JSON.parse(streamed.output_text)).toEqual({ answer: 'Hello' });
  });

  it('is told where the limit was reached, and of a filter', async () => {
    // OpenAI refuses limits below 16, and its fake's answer is a little longer than that.
    for (const response of [await create({ max_output_tokens: 16 }), await stream({ max_output_tokens: 16 })])
      expect(response).toMatchObject({
        ...{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
        usage: { output_tokens: 16 },
      });
    if (provider === 'anthropic') return;
    const filtered = await stream({}, 'content-filter');
    expect(filtered.incomplete_details).toEqual({ reason: 'content_filter' });
  });

  it('is told of a refusal in words', async () => {
    const { output } = await create({}, 'refusal');
    const content = (output[0] as OpenAI.Responses.ResponseOutputMessage).content[0];
    if (provider === 'anthropic' || provider === 'gemini') expect(content?.type).toBe('output_text');
    else expect(content).toEqual({ type: 'refusal', refusal: "I'm sorry, I can't assist with that." });
  });

  it('asks for reasoning, which comes back sealed and is taken back', async () => {
    const thinker = {
      openai: 'gpt-5-mini',
      'openai-compatible': 'gpt-oss-120b',
      anthropic: 'claude-sonnet-4-5',
      gemini: 'gemini-2.5-flash',
    }[provider]!;
    const name = `${thinker}-think`;
    const fields: Params = { reasoning: { effort: 'low', summary: 'auto' }, max_output_tokens: 4_000 };
    const first = await create(fields, '', name);
    const sent = await sentBody(name);
    if (provider === 'openai-compatible') {
      expect(sent['reasoning_effort']).toBe('low');
      return;
    }
    if (provider === 'gemini') expect(sent).toHaveProperty('generationConfig.thinkingConfig');
    else if (passes)
      expect(sent).toMatchObject({ reasoning: fields.reasoning, include: ['reasoning.encrypted_content'] });
    else expect(sent['thinking']).toMatchObject({ type: 'enabled' });
    const [thought] = first.output as OpenAI.Responses.ResponseReasoningItem[];
    expect(thought?.type).toBe('reasoning');
    // Gemini before 3 seals nothing.
    if (provider !== 'gemini') expect(thought?.encrypted_content).toMatch(/.{8}/);
    expect(thought!.summary[0]?.text).toContain('greets');
    const streamed = await stream(fields, '', name);
    expect((streamed.output[0] as OpenAI.Responses.ResponseReasoningItem).summary).toEqual(thought!.summary);
    const input = [{ role: 'user', content: 'Hello' }, ...first.output, { role: 'user', content: 'And?' }];
    const second = await create({ ...fields, input: input as OpenAI.Responses.ResponseInput }, '', name);
    expect(second.output_text).toContain(TEXT);
    const kept = { openai: 'gAAAAABFake', anthropic: 'EqFake', gemini: 'And?' }[provider]!;
    expect(JSON.stringify(await sentBody(name))).toContain(kept);
  });

  it('pays what the upstream reports, cached and reasoning tokens in it', async () => {
    const usage = {
      anthropic: 'usage:20:30:100',
      openai: 'usage:120:30:100:20',
      'openai-compatible': 'usage:120:30:100:20',
      gemini: 'usage:120:10:100:20',
    };
    for (const isStream of [false, true]) {
      const { client, model, world } = await clientFor(usage[provider as 'openai']);
      const answer = isStream
        ? await client.responses.create({ model, input: 'Hello', stream: true }).withResponse()
        : await client.responses.create({ model, input: 'Hello' }).withResponse();
      if (isStream) for await (const event of answer.data as AsyncIterable<unknown>) expect(event).toBeDefined();
      const { body } = await system.gateway.request(`/v1/usage/${answer.request_id}`, world.apiKey);
      const reasoning = provider === 'anthropic' ? 0 : 20;
      expect(body).toMatchObject({
        ...{ dialect: 'openai', stream: isStream, outcome: 'completed', usage_source: 'reported' },
        tokens: { input: 20, cached_input: 100, cache_write: 0, output: 30, reasoning },
        charge_points: '0.09',
      });
    }
  });

  it('is told of a refusal, with the class of its kind', async () => {
    await expect(create({ input: [] })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(create({ model: 'gone' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    for (const state of [{ previous_response_id: 'resp_1' }, { conversation: 'conv_1' }, { background: true }])
      await expect(create(state)).rejects.toMatchObject({ status: 501, code: 'not_implemented' });
    await expect(create({ service_tier: 'priority' })).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
    await expect(create({ tools: [{ type: 'web_search' }] })).rejects.toMatchObject({ status: 400 });
    await expect(create({}, 'status:429')).rejects.toMatchObject({ status: 429, code: 'upstream_saturated' });
    await expect(create({}, 'status:500')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    const { client } = await clientFor();
    await expect(client.responses.retrieve('resp_1')).rejects.toMatchObject({ status: 501 });
  });

  it('is told of a break in the middle of a stream', async () => {
    for (const directives of ['error-event:6', 'end-after:7']) {
      const failure = await stream({}, directives).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.APIError);
      expect(failure).toMatchObject({ code: 'upstream_failed' });
    }
  });
});
