import { startSystem, type System, type World } from '@tokenbay/testing';
import OpenAI from 'openai';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const UPSTREAM = 'gemini-3-flash';
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
const parameters = { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] };
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'get_weather', parameters } }];

/** The fake upstream refuses whatever Google would refuse, so that an answer proves the request. */
describe('the official OpenAI library, unmodified, served by Gemini', () => {
  let system: System;
  const worlds = new Map<string, World>();

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.stop());

  async function clientFor(directives = '', upstream = UPSTREAM): Promise<{ client: OpenAI; model: string }> {
    const upstreamModel = directives === '' ? upstream : `${upstream}@${directives}`;
    const model = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    const options = { upstreamModel, channel: { provider: 'gemini' }, model };
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
      ...{ prompt_tokens: 140, completion_tokens: 40, total_tokens: 180 },
      prompt_tokens_details: { cached_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 10 },
    };
    const whole = await create({}, 'usage:140:30:20:10');
    expect(whole).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }], usage });
    const streamed = await stream({ stream_options: { include_usage: true } }, 'usage:140:30:20:10');
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(streamed).toMatchObject({ choices: [{ finish_reason: 'stop' }], usage });
  });

  it('calls tools, whole and streamed, and goes on with the signatures of its calls', async () => {
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
    expect(await create({ tools, messages: [...messages, message, result] })).toMatchObject({
      choices: [{ finish_reason: 'stop' }],
    });
    const sent = (await system.upstream.requests()).at(-1)!.body as { contents: { parts: object[] }[] };
    expect(sent.contents[1]?.parts[0]).toHaveProperty('thoughtSignature', expect.stringMatching(/^RmFrZVNpZ/));
  });

  it('goes on after calls that another model made', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } };
    const history = [
      ...messages,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'rain' }] },
      { role: 'user', content: 'And tomorrow?' },
    ];
    expect(await create({ tools, messages: history })).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('has instructions, pictures, sound and files where Gemini has them', async () => {
    const content = [
      { type: 'image_url', image_url: { url: PIXEL } },
      { type: 'image_url', image_url: { url: 'https://images.example/a.png' } },
      { type: 'input_audio', input_audio: { format: 'wav', data: 'AAAA' } },
      { type: 'file', file: { filename: 'tale.txt', file_data: 'data:text/plain;base64,T25jZS4=' } },
      { type: 'text', text: 'What is it?' },
    ];
    const history = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content },
    ];
    const prices = { inputPerMillion: '1000', audioInputPerMillion: '3000', outputPerMillion: '2000' };
    const world = await system.world({ upstreamModel: UPSTREAM, channel: { provider: 'gemini' }, model: { prices } });
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
    const body = { model: world.modelName, messages: history } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    expect(await client.chat.completions.create(body)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('gets structured output, several choices and probabilities', async () => {
    const format = { type: 'json_schema', json_schema: { name: 'a', schema: parameters, strict: true } };
    const { choices } = await create({ response_format: format, tools });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ answer: 'Hello' });
    const likely = await create({ n: 2, logprobs: true, top_logprobs: 1 }, 'words:2');
    expect(likely.choices).toHaveLength(2);
    for (const { logprobs } of [...likely.choices, ...(await stream({ logprobs: true }, 'words:2')).choices])
      expect(logprobs?.content).toMatchObject([{ logprob: -0.25 }, { logprob: -0.25 }]);
  });

  it('is told why an answer ended', async () => {
    expect(await create({ max_completion_tokens: 3 })).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    expect(await create({}, 'content-filter')).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] });
    const stopped = await create({ stop: ['so that'], temperature: 1.7, top_p: 0.9, seed: 7 });
    expect(stopped.choices[0]).toMatchObject({
      ...{ finish_reason: 'stop', message: { content: expect.not.stringContaining('so that') } },
    });
  });

  it('reads reasoning, of either generation', async () => {
    for (const upstream of [UPSTREAM, 'gemini-2.5-flash', 'gemini-2.5-pro']) {
      const { choices } = await create({ reasoning_effort: 'low' }, '', upstream);
      expect(choices[0]?.message).toMatchObject({ reasoning_content: expect.stringContaining('greets') });
      await create({ reasoning_effort: 'none' }, '', upstream);
    }
  });

  it('is told by name what was left out, and refused what would change the answer', async () => {
    await expect(create({ logit_bias: { '5': 1 } })).rejects.toMatchObject({ status: 501, param: 'logit_bias' });
    const { client, model } = await clientFor();
    const { response } = await client.chat.completions
      .create({ model, messages, presence_penalty: 0.5, safety_identifier: 'u1' })
      .withResponse();
    expect(response.headers.get('x-tokenbay-dropped-fields')).toBe('user, presence_penalty');
  });

  it('is told of failures, with the class of their kind and nothing of the upstream', async () => {
    const refusal = { status: 400, code: 'context_length_exceeded' };
    await expect(create({}, 'error:input_too_long')).rejects.toMatchObject(refusal);
    await expect(create({}, 'blocked-prompt')).rejects.toMatchObject({ status: 400, code: 'content_policy_violation' });
    for (const error of ['api_key_invalid', 'user_location', 'credits_depleted'])
      await expect(create({}, `error:${error}`)).rejects.toMatchObject({ status: 503 });
    await expect(create({}, 'error:resource_exhausted')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(create({}, 'error:internal')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await expect(stream({}, 'error-event:5')).rejects.toBeInstanceOf(OpenAI.APIError);
    await expect(stream({}, 'end-after:5')).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('speaks Responses to it too, and keeps the signatures of its calls', async () => {
    const { client, model } = await clientFor();
    const offered = [{ type: 'function' as const, name: 'get_weather', parameters, strict: false }];
    const asked = await client.responses.create({ model, input: 'Weather?', tools: offered, tool_choice: 'required' });
    const call = asked.output.find(({ type }) => type === 'function_call') as OpenAI.Responses.ResponseFunctionToolCall;
    expect(JSON.parse(call.arguments)).toHaveProperty('location');
    const input = [
      { role: 'user' as const, content: 'Weather?' },
      ...(asked.output as OpenAI.Responses.ResponseInputItem[]),
      { type: 'function_call_output' as const, call_id: call.call_id, output: 'rain' },
    ];
    const final = await client.responses.stream({ model, input, tools: offered }).finalResponse();
    expect(final.output_text).toContain('Hello from the fake Gemini');
    const sent = (await system.upstream.requests()).at(-1)!.body as { contents: { parts: object[] }[] };
    expect(sent.contents[1]?.parts[0]).toHaveProperty('thoughtSignature', expect.stringMatching(/^RmFrZVNpZ/));
  });
});
