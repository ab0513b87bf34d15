import OpenAI from 'openai';
import { startFakeUpstream, type FakeUpstreamClient } from './start-fake-upstream.js';

const messages = [{ role: 'user' as const, content: 'Hello there' }];

describe('the fake upstream, seen by the official OpenAI library', () => {
  let upstream: FakeUpstreamClient;
  let client: OpenAI;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    client = new OpenAI({ apiKey: 'sk-upstream', baseURL: upstream.baseUrl, maxRetries: 0 });
  });
  afterAll(() => upstream.stop());

  it('answers a plain completion with the usage it was told to report', async () => {
    const answer = await client.chat.completions.create({ model: 'fake@usage:120:30:20:5', messages });
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'fake@usage:120:30:20:5',
      choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', refusal: null } }],
      usage: {
        prompt_tokens: 120,
        completion_tokens: 30,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    });
  });

  it('streams the same words, with usage only when it was asked for', async () => {
    const plain = await client.chat.completions.create({ model: 'fake-chat', messages });
    for (const isAsked of [true, false]) {
      const stream = await client.chat.completions.create({
        model: 'fake-chat',
        messages,
        stream: true,
        ...(isAsked ? { stream_options: { include_usage: true } } : {}),
      });
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
        plain.choices[0]?.message.content,
      );
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
      expect(chunks.filter(({ usage }) => usage).map(({ usage, choices }) => ({ usage, choices }))).toEqual(
        isAsked ? [{ usage: plain.usage, choices: [] }] : [],
      );
      expect(chunks.filter((chunk) => 'usage' in chunk)).toHaveLength(isAsked ? chunks.length : 0);
    }
  });

  it('stops at the token limit and says so', async () => {
    const answer = await client.chat.completions.create({
      model: 'fake-chat',
      messages,
      max_completion_tokens: 3,
      n: 2,
    });
    expect(answer.choices.map((choice) => choice.finish_reason)).toEqual(['length', 'length']);
    expect(answer.choices[1]?.message.content).toBe('Hello from the');
    expect(answer.usage?.completion_tokens).toBe(6);
  });

  it('calls a required tool, with arguments in pieces when streamed', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'look_up', parameters: {} } }];
    const request = { model: 'fake-chat', messages, tools, tool_choice: 'required' as const };
    const message = await client.chat.completions.stream(request).finalMessage();
    const plain = await client.chat.completions.create(request);
    expect(message.tool_calls).toEqual(plain.choices[0]?.message.tool_calls);
    const [call] = message.tool_calls ?? [];
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      location: 'Lisbon, Portugal',
      unit: 'celsius',
    });
  });

  it('refuses and filters on demand', async () => {
    const refused = await client.chat.completions.create({ model: 'fake@refusal', messages });
    expect(refused.choices[0]?.message).toMatchObject({ content: null, refusal: expect.stringContaining('sorry') });
    const filtered = await client.chat.completions.create({ model: 'fake@content-filter', messages });
    expect(filtered.choices[0]?.finish_reason).toBe('content_filter');
  });

  it.each([
    ['error:context_length_exceeded', OpenAI.BadRequestError, 'context_length_exceeded'],
    ['error:invalid_api_key', OpenAI.AuthenticationError, 'invalid_api_key'],
    ['error:model_not_found', OpenAI.NotFoundError, 'model_not_found'],
    ['error:insufficient_quota', OpenAI.RateLimitError, 'insufficient_quota'],
    ['status:503', OpenAI.InternalServerError, null],
    ['status:529', OpenAI.InternalServerError, null],
  ])('raises the library’s own class for %s', async (directive, errorClass, code) => {
    const failure = await client.chat.completions
      .create({ model: `fake@${directive}`, messages })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(errorClass);
    expect(failure).toMatchObject({ code });
  });

  it('raises an error event in the middle of a stream', async () => {
    const stream = await client.chat.completions.create({ model: 'fake@error-event:3', messages, stream: true });
    const seen: unknown[] = [];
    await expect(
      (async () => {
        for await (const chunk of stream) seen.push(chunk);
      })(),
    ).rejects.toThrow('The server had an error');
    expect(seen).toHaveLength(3);
  });

  it('lists and retrieves models', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toContain('demo-chat');
    expect(await client.models.retrieve('demo-chat')).toMatchObject({ object: 'model' });
    await expect(client.models.retrieve('gone')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});
