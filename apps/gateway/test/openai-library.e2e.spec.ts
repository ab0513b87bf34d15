import OpenAI from 'openai';
import { startSystem, uniqueName, type System, type World, type WorldOptions } from '@tokenbay/testing';

const messages = [{ role: 'user' as const, content: 'Hello' }];

describe('the official OpenAI library with nothing changed but baseURL and apiKey', () => {
  let system: System;
  let world: World;
  let client: OpenAI;

  beforeAll(async () => {
    system = await startSystem();
    world = await system.world({ upstreamModel: 'fake@usage:120:30' });
    client = clientFor(world.apiKey);
  }, 60_000);
  afterAll(() => system.stop());

  function clientFor(apiKey: string): OpenAI {
    return new OpenAI({ apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
  }

  async function streamed(options: object): Promise<OpenAI.ChatCompletionChunk[]> {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    const stream = await client.chat.completions.create({ model: world.modelName, messages, stream: true, ...options });
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  it('gets a plain completion', async () => {
    const { data, request_id } = await client.chat.completions
      .create({ model: world.modelName, messages })
      .withResponse();
    expect(data).toMatchObject({ object: 'chat.completion', usage: { prompt_tokens: 120, completion_tokens: 30 } });
    expect(data.choices[0]?.message.content).toMatch(/^Hello/);
    expect(request_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('gets a stream that ends, with the usage it asked for', async () => {
    const chunks = await streamed({ stream_options: { include_usage: true } });
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toMatch(/^Hello.*lost\.$/);
    expect(chunks.filter(({ usage }) => usage)).toMatchObject([
      { choices: [], usage: { prompt_tokens: 120, completion_tokens: 30 } },
    ]);
  });

  it('sees nothing of the usage it did not ask for', async () => {
    const chunks = await streamed({});
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.filter(({ usage, choices }) => usage !== undefined || choices.length === 0)).toEqual([]);
  });

  it('calls tools, streamed', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'look_up', parameters: {} } }];
    const request = { model: world.modelName, messages, tools, tool_choice: 'required' as const };
    const { tool_calls } = await client.chat.completions.stream(request).finalMessage();
    expect(tool_calls).toMatchObject([{ function: { name: 'look_up', arguments: expect.stringContaining('Lisbon') } }]);
  });

  it('lists and retrieves the models its key may use', async () => {
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toContain(world.modelName);
    expect(await client.models.retrieve(world.modelName)).toMatchObject({ id: world.modelName, object: 'model' });
  });

  it('is told of a break in the middle of a stream', async () => {
    const broken = await system.world({ upstreamModel: 'fake@error-event:4' });
    const stream = await clientFor(broken.apiKey).chat.completions.create({
      model: broken.modelName,
      messages,
      stream: true,
    });
    const seen: unknown[] = [];
    const failure = await (async () => {
      for await (const chunk of stream) seen.push(chunk);
    })().catch((error: unknown) => error);
    expect(seen.length).toBeGreaterThan(0);
    expect(failure).toBeInstanceOf(OpenAI.APIError);
    expect(failure).toMatchObject({ code: 'upstream_failed' });
  });

  interface Refusal {
    code: string;
    as: new (...args: never[]) => Error;
    world?: WorldOptions;
    /** Requests that succeed before the one that is refused. */
    before?: number;
    apiKey?: string;
    model?: string;
    body?: object;
  }

  const refusals: Refusal[] = [
    { code: 'api_key_invalid', as: OpenAI.AuthenticationError, apiKey: 'sk-invented' },
    { code: 'api_key_disabled', as: OpenAI.PermissionDeniedError, world: { key: { status: 'disabled' } } },
    { code: 'account_banned', as: OpenAI.PermissionDeniedError, world: { account: { status: 'banned' } } },
    { code: 'model_disabled', as: OpenAI.PermissionDeniedError, world: { model: { enabled: false } } },
    { code: 'account_point_insufficient', as: OpenAI.PermissionDeniedError, world: { points: '0.000001' } },
    {
      code: 'api_key_point_insufficient',
      as: OpenAI.PermissionDeniedError,
      world: { key: { pointQuota: '0.000001' } },
    },
    { code: 'model_not_found', as: OpenAI.NotFoundError, model: uniqueName('gone') },
    {
      code: 'api_key_point_limit_exceeded',
      as: OpenAI.RateLimitError,
      world: { key: { pointLimits: [{ period: 'month', points: '0.000001' }] } },
    },
    {
      code: 'account_rate_limited',
      as: OpenAI.RateLimitError,
      world: { account: { rateLimit: { requests: 1, windowSeconds: 60 } } },
      before: 1,
    },
    {
      code: 'model_rate_limited',
      as: OpenAI.RateLimitError,
      world: { model: { rateLimit: { requests: 1, windowSeconds: 60 } } },
      before: 1,
    },
    { code: 'upstream_saturated', as: OpenAI.RateLimitError, world: { upstreamModel: 'fake@status:429' } },
    { code: 'invalid_request', as: OpenAI.BadRequestError, body: { messages: 'Hello' } },
    {
      code: 'context_length_exceeded',
      as: OpenAI.BadRequestError,
      world: { upstreamModel: 'fake@error:context_length_exceeded' },
    },
    { code: 'upstream_failed', as: OpenAI.InternalServerError, world: { upstreamModel: 'fake@status:500' } },
    { code: 'channel_unavailable', as: OpenAI.InternalServerError, world: { channel: { enabled: false } } },
    {
      code: 'upstream_timeout',
      as: OpenAI.InternalServerError,
      world: { upstreamModel: 'fake@hang-headers', channel: { firstByteTimeoutMs: 1_000 } },
    },
  ];

  it.each(refusals)('raises its own class for $code', async (refusal) => {
    const its = refusal.world ? await system.world(refusal.world) : world;
    const itsClient = clientFor(refusal.apiKey ?? its.apiKey);
    const ask = () =>
      itsClient.chat.completions.create({
        model: refusal.model ?? its.modelName,
        messages,
        ...(refusal.body as object),
      });
    for (let n = 0; n < (refusal.before ?? 0); n++) await ask();
    const failure: unknown = await ask().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(refusal.as);
    expect(failure).toMatchObject({ code: refusal.code });
  });
});
