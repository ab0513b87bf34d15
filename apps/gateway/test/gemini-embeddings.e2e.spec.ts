import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { Agent, setGlobalDispatcher } from 'undici';
import { type HttpAnswer, uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

// The library looks for Node's own among the globals, of which a sandboxed test has a set of its own.
setGlobalDispatcher(new Agent());

const house = useSystem();
const GEMINI = { provider: 'gemini' };
const contentOf = (text: string) => ({ parts: [{ text }] });

async function worldOf(directives: string, channel: Record<string, unknown> = {}): Promise<World> {
  const model = { capabilities: ['embeddings'], prices: { inputPerMillion: '1000' }, contextTokensMax: 8_000 };
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, model, channel });
}

/** A channel of a provider at the fake upstream, below the version that its format has. */
function addressed(channel: Record<string, unknown>): Record<string, unknown> {
  return 'provider' in channel
    ? { ...channel, baseUrl: house.system.upstream.baseUrl.replace(/v1$/, 'v1beta') }
    : channel;
}

async function ask(verb: string, { modelName, apiKey }: World, body: object): Promise<HttpAnswer> {
  const headers = { 'x-goog-api-key': apiKey, authorization: '' };
  return house.system.gateway.post(`/v1beta/models/${modelName}:${verb}`, null, body, headers);
}

async function sentTo({ channel }: World): Promise<Record<string, unknown>> {
  const [model] = Object.values(channel.models);
  const entries = await house.system.upstream.requests();
  return entries.findLast(({ body }) => (body as { model?: string }).model === model)!.body as Record<string, unknown>;
}

describe('Gemini’s embeddings, served by a provider of OpenAI’s format', () => {
  it('are those of a list of contents, at the usage that was reported', async () => {
    const world = await worldOf('usage:42');
    const requests = ['a', 'b'].map((text) => ({
      ...{ model: `models/${world.modelName}`, content: contentOf(text) },
      ...{ taskType: 'CLUSTERING', outputDimensionality: 16 },
    }));
    const answer = await ask('batchEmbedContents', world, { requests });
    const { embeddings } = answer.body as { embeddings: { values: number[] }[] };
    expect(embeddings.map(({ values }) => values.length)).toEqual([16, 16]);
    expect(answer.body).toMatchObject({ usageMetadata: { promptTokenCount: 42 } });
    expect(answer.headers.get('x-tokenbay-dropped-fields')).toBe('taskType');
    expect(await sentTo(world)).toMatchObject({ input: ['a', 'b'], dimensions: 16, encoding_format: 'float' });
    expect(await house.pointsOf(world)).toEqual({ available: '999.958', held: '0' });
  });

  it('are that of one content, however its fields are spelt and its model is written', async () => {
    const world = await worldOf('usage:7');
    const body = { content: contentOf('a'), embed_content_config: { output_dimensionality: 4 } };
    const answer = await ask('embedContent', world, body);
    const { embedding } = answer.body as { embedding: { values: number[] } };
    expect(embedding.values).toHaveLength(4);
    const plain = await house.system.gateway.post('/v1/embeddings', world.apiKey, {
      ...{ model: world.modelName, input: 'a', dimensions: 4 },
    });
    expect(plain.body).toMatchObject({ data: [{ embedding: embedding.values }] });
  });

  it('are refused in the dialect of the path', async () => {
    const world = await worldOf('usage:7');
    const form = { dialect: 'gemini' } as const;
    for (const body of [{}, { content: {} }, { content: contentOf('') }])
      expectRefusal(await ask('embedContent', world, body), 'invalid_request', form);
    for (const requests of [[], [{}], 'a', Array.from({ length: 2_049 }, () => ({ content: contentOf('a') }))])
      expectRefusal(await ask('batchEmbedContents', world, { requests }), 'invalid_request', form);
    const picture = { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] };
    const unlike = [8, 16].map((outputDimensionality) => ({ content: contentOf('a'), outputDimensionality }));
    for (const answer of [
      await ask('embedContent', world, { content: picture }),
      await ask('batchEmbedContents', world, { requests: unlike }),
    ])
      expect(answer).toMatchObject({ status: 501, body: { error: { code: 'conversion_not_implemented' } } });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });
});

describe.each([
  ['its own provider', GEMINI],
  ['a provider of OpenAI’s format', {}],
])('the official Google library, unmodified, served by %s', (_, channel) => {
  it('gets one vector for each content, and pays what was reported', async () => {
    const world = await worldOf('usage:42', addressed(channel));
    const client = new GoogleGenAI({ apiKey: world.apiKey, httpOptions: { baseUrl: house.system.gatewayUrl } });
    const { embeddings } = await client.models.embedContent({
      ...{ model: world.modelName, contents: ['a', 'b'] },
      config: { outputDimensionality: 16, taskType: 'CLUSTERING' },
    });
    expect(embeddings?.map(({ values }) => values?.length)).toEqual([16, 16]);
    expect(embeddings?.[0]?.values).not.toEqual(embeddings?.[1]?.values);
    expect(await house.pointsOf(world)).toEqual({ available: '999.958', held: '0' });
  });
});

describe('OpenAI’s embeddings, served by Gemini', () => {
  it('are the vectors that it made, in the encoding that the library asks for', async () => {
    const world = await worldOf('usage:42', addressed(GEMINI));
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const asked = { model: world.modelName, input: ['a', 'b'], dimensions: 16, user: 'u' };
    const { data: answer, response } = await client.embeddings.create(asked).withResponse();
    const plain = await client.embeddings.create({ ...asked, encoding_format: 'float' });
    expect(answer.data.map(({ embedding }) => embedding)).toEqual(plain.data.map(({ embedding }) => embedding));
    expect(answer).toMatchObject({ model: world.modelName, usage: { prompt_tokens: 42, total_tokens: 42 } });
    expect(response.headers.get('x-tokenbay-dropped-fields')).toBe('user');
    expect(await house.pointsOf(world)).toEqual({ available: '999.916', held: '0' });
  });

  it('are counted where the model reports no usage', async () => {
    const world = await worldOf('pause:0', addressed(GEMINI));
    const { body, headers } = await house.system.gateway.post('/v1/embeddings', world.apiKey, {
      ...{ model: world.modelName, input: 'Hello world' },
    });
    expect(body).not.toHaveProperty('usage');
    const { body: receipt } = await house.system.gateway.request(
      `/v1/usage/${headers.get('x-request-id')}`,
      world.apiKey,
    );
    expect(receipt).toMatchObject({ usage_source: 'estimated', charge_points: '0.002' });
  });

  it('are refused where Gemini cannot make them, and what it refuses is told in the words of the house', async () => {
    const world = await worldOf('usage:1', addressed(GEMINI));
    for (const input of [[1, 2, 3], Array.from({ length: 101 }, () => 'a')])
      expect(
        await house.system.gateway.post('/v1/embeddings', world.apiKey, { model: world.modelName, input }),
      ).toMatchObject({ status: 501, body: { error: { code: 'conversion_not_implemented', param: 'input' } } });
    const refused = await worldOf('error:api_key_invalid', addressed(GEMINI));
    const answer = await house.system.gateway.post('/v1/embeddings', refused.apiKey, {
      ...{ model: refused.modelName, input: 'a' },
    });
    expect(answer.body).toMatchObject({ error: { code: 'channel_key_unavailable' } });
    for (const { apiKey } of [world, refused])
      expect((await house.system.gateway.request('/v1/account', apiKey)).body).toMatchObject({
        account: { points_available: '1000', points_held: '0' },
      });
  });
});
