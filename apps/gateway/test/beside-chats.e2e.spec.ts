import OpenAI from 'openai';
import { type HttpAnswer, type World, type WorldOptions, uniqueName } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const BY_TOKENS = { inputPerMillion: '1000' };
const BY_REQUEST = { perRequest: '0.25' };
const TOKENS_AROUND_A_TEXT = 32;
const TOKENS_ON_TOP = 256;
const TOO_MANY = Array.from({ length: 2_049 }, () => 'a');
const texts = ['a harbour at night', 'a lantern', 'the tide'];

const house = useSystem();

async function worldOf(capability: string, directives: string, more: WorldOptions = {}): Promise<World> {
  const upstreamModel = `${uniqueName('fake')}@${directives}`;
  const model = {
    capabilities: [capability],
    prices: BY_TOKENS,
    contextTokensMax: 8_000,
    outputTokensMax: null,
  };
  return house.system.world({ upstreamModel, ...more, model: { ...model, ...more.model } });
}

function clientOf({ apiKey }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
}

async function post(path: string, world: World, body: object): Promise<HttpAnswer> {
  return house.system.gateway.post(path, world.apiKey, { model: world.modelName, ...body });
}

async function receiptOf(world: World, requestId: string | null): Promise<unknown> {
  return (await house.system.gateway.request(`/v1/usage/${requestId}`, world.apiKey)).body;
}

async function sentTo({ channel }: World): Promise<Record<string, unknown>> {
  const [model] = Object.values(channel.models);
  const entries = await house.system.upstream.requests();
  return entries.findLast(({ body }) => (body as { model?: string }).model === model)!.body as Record<string, unknown>;
}

describe('embeddings, asked for by the official OpenAI library', () => {
  it.each([
    ['as base64, which the library asks for by itself', 'usage:42'],
    ['although the upstream answers numbers where base64 was asked for', 'usage:42+numbers-only'],
  ])('are the vectors that the upstream made, %s', async (_, directives) => {
    const world = await worldOf('embeddings', directives);
    const client = clientOf(world);
    const { data: answer, response } = await client.embeddings
      .create({ model: world.modelName, input: texts })
      .withResponse();
    const plain = await client.embeddings.create({ model: world.modelName, input: texts, encoding_format: 'float' });
    expect(answer.data.map(({ embedding }) => embedding)).toEqual(plain.data.map(({ embedding }) => embedding));
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([8, 8, 8]);
    expect(answer.usage).toEqual({ prompt_tokens: 42, total_tokens: 42 });
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '0.042',
      usage_source: 'reported',
      tokens: { input: 42, output: 0 },
    });
  });

  it('are asked for upstream by the upstream name, with everything else as it was', async () => {
    const world = await worldOf('embeddings', 'usage:3');
    const fields = { input: [[1, 2, 3]], dimensions: 16, encoding_format: 'float' as const, user: 'u' };
    const answer = await clientOf(world).embeddings.create({ model: world.modelName, ...fields });
    expect(answer.data[0]?.embedding).toHaveLength(16);
    expect(await sentTo(world)).toEqual({ ...fields, model: Object.values(world.channel.models)[0] });
  });

  it('may be longer together than the context, which holds for each input', async () => {
    const world = await worldOf('embeddings', 'usage:250', { model: { contextTokensMax: 100 } });
    const answer = await post('/v1/embeddings', world, { input: texts.map((text) => text.repeat(20)) });
    expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({
      charge_points: '0.25',
      usage_source: 'reported',
    });
  });

  it('are counted where the upstream reports no usage, texts by tokenizer, tokens as they are', async () => {
    const world = await worldOf('embeddings', 'no-usage');
    for (const [input, tokens] of [
      ['Hello world', 2],
      [[5, 6, 7], 3],
    ] as const) {
      const answer = await post('/v1/embeddings', world, { input });
      expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({
        usage_source: 'estimated',
        tokens: { input: tokens },
        charge_points: (tokens / 1000).toString(),
      });
    }
  });

  it.each([
    [
      'what the request may be, though more is held with plenty left',
      'usage:1e9',
      '1000',
      (bytes: number) => bytes + TOKENS_AROUND_A_TEXT + TOKENS_ON_TOP,
    ],
    ['what is held, with little left', 'usage:1e9', '1', (bytes: number) => bytes + TOKENS_AROUND_A_TEXT],
    ['nothing, where it is less than that', 'usage:-5', '1000', (): number => 0],
  ] as const)(
    'are charged what is possible where the report is absurd: %s',
    async (_, directives, points, tokensOf) => {
      const world = await worldOf('embeddings', directives, { points });
      const answer = await post('/v1/embeddings', world, { input: 'Hello' });
      const bodyBytes = JSON.stringify({ model: world.modelName, input: 'Hello' }).length;
      expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({
        charge_points: (tokensOf(bodyBytes) / 1000).toString(),
        usage_source: 'suspect',
      });
    },
  );

  it('are sold by the request as well', async () => {
    const world = await worldOf('embeddings', 'usage:42', { model: { prices: BY_REQUEST } });
    const answer = await post('/v1/embeddings', world, { input: texts });
    expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({ charge_points: '0.25' });
  });

  it.each([
    [{}, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', ''] }, 'input[1]'],
    [{ input: ['a', [1]] }, 'input'],
    [{ input: [1, -1] }, 'input'],
    [{ input: [{ text: 'a' }] }, 'input[0]'],
    [{ input: TOO_MANY }, 'input'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
    [{ input: 'a', encoding_format: 'int8' }, 'encoding_format'],
  ])('are refused before anything is sent: case %#', async (fields, param) => {
    const world = await worldOf('embeddings', 'usage:1');
    expectRefusal(await post('/v1/embeddings', world, fields), 'invalid_request', { param });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('are refused of a model without the capability, without a price, and without points', async () => {
    const chat = await worldOf('text', 'usage:1:1');
    expectRefusal(await post('/v1/embeddings', chat, { input: 'a' }), 'model_capability_not_supported');
    const unsold = await worldOf('embeddings', 'usage:1', { model: { prices: { outputPerMillion: '1' } } });
    expectRefusal(await post('/v1/embeddings', unsold, { input: 'a' }), 'model_capability_not_supported');
    const poor = await worldOf('embeddings', 'usage:1', { points: '0.001' });
    expectRefusal(await post('/v1/embeddings', poor, { input: 'a' }), 'account_point_insufficient');
  });

  it('cannot be had of a provider that has none', async () => {
    const world = await worldOf('embeddings', '', { channel: { provider: 'anthropic' } });
    const answer = await post('/v1/embeddings', world, { input: 'a' });
    expect(answer).toMatchObject({ status: 501, body: { error: { code: 'conversion_not_implemented' } } });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('cost nothing where the upstream fails or answers something else', async () => {
    for (const [directives, code] of [
      ['status:500', 'upstream_failed'],
      ['invalid-json', 'response_parse_failed'],
      ['error:invalid_api_key', 'channel_key_unavailable'],
    ] as const) {
      const world = await worldOf('embeddings', directives);
      const answer = await post('/v1/embeddings', world, { input: 'a' });
      expect(answer.body).toMatchObject({ error: { code } });
      expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    }
  });
});

describe('moderations, asked for by the official OpenAI library', () => {
  it('judge each text, and cost the input as counted, since nobody reports it', async () => {
    const world = await worldOf('moderation', '');
    const { data, response } = await clientOf(world)
      .moderations.create({ model: world.modelName, input: ['Hello world', 'attack'] })
      .withResponse();
    expect(data.results.map(({ flagged }) => flagged)).toEqual([false, true]);
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      ...{ usage_source: 'estimated', charge_points: '0.004', tokens: { input: 4 } },
    });
  });

  it('judge texts and pictures together, by the request', async () => {
    const world = await worldOf('moderation', '', { model: { prices: BY_REQUEST } });
    const input = [
      { type: 'text' as const, text: 'attack' },
      { type: 'image_url' as const, image_url: { url: 'https://images.example/a.png' } },
    ];
    const { data, response } = await clientOf(world)
      .moderations.create({ model: world.modelName, input })
      .withResponse();
    expect(data.results).toMatchObject([{ flagged: true, categories: { violence: true } }]);
    expect(await sentTo(world)).toMatchObject({ input });
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({ charge_points: '0.25' });
  });

  it.each([
    [{ input: [] }, 'input'],
    [{ input: '' }, 'input'],
    [{ input: ['a', 5] }, 'input[1]'],
    [{ input: [{ type: 'audio' }] }, 'input[0].type'],
    [{ input: [{ type: 'image_url' }] }, 'input[0].image_url'],
    [{ model: null, input: 'a' }, 'model'],
  ])('are refused before anything is sent: case %#', async (fields, param) => {
    expectRefusal(await post('/v1/moderations', await worldOf('moderation', ''), fields), 'invalid_request', { param });
  });
});

describe('rerankings', () => {
  const query = 'lantern of the harbour';

  it('are documents by relevance, charged by the tokens that were read', async () => {
    const world = await worldOf('rerank', 'usage:77');
    const answer = await post('/v1/rerank', world, { query, documents: texts, top_n: 2, return_documents: false });
    const results = (answer.body as { results: { index: number; document?: unknown }[] }).results;
    expect(results).toHaveLength(2);
    expect(results.every(({ document }) => document === undefined)).toBe(true);
    expect(await sentTo(world)).toMatchObject({ query, documents: texts, top_n: 2, return_documents: false });
    expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({
      ...{ charge_points: '0.077', usage_source: 'reported' },
    });
  });

  it('come with their documents where that was asked for and the upstream does not repeat them', async () => {
    const world = await worldOf('rerank', 'no-documents', { model: { prices: BY_REQUEST } });
    const documents = [{ text: 'the tide', id: 7 }, { text: 'lantern of the harbour' }];
    const answer = await post('/v1/rerank', world, { query, documents, return_documents: true });
    expect(answer.body).toMatchObject({
      results: [
        { index: 1, relevance_score: 1, document: { text: 'lantern of the harbour' } },
        { index: 0, document: { text: 'the tide', id: 7 } },
      ],
    });
    expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({ charge_points: '0.25' });
  });

  it('hold for the query once more with each document', async () => {
    const world = await worldOf('rerank', 'usage:5000', { points: '6' });
    const long = { query: 'harbour '.repeat(100), documents: ['a', 'b', 'c', 'd', 'e'] };
    const answer = await post('/v1/rerank', world, long);
    expect(await receiptOf(world, answer.headers.get('x-request-id'))).toMatchObject({
      ...{ charge_points: '5', usage_source: 'reported' },
    });
    const poor = await worldOf('rerank', 'usage:1', { points: '4' });
    expectRefusal(await post('/v1/rerank', poor, long), 'account_point_insufficient');
  });

  it.each([
    [{ documents: ['a'] }, 'query'],
    [{ query: '', documents: ['a'] }, 'query'],
    [{ query }, 'documents'],
    [{ query, documents: [] }, 'documents'],
    [{ query, documents: [1] }, 'documents[0]'],
    [{ query, documents: TOO_MANY }, 'documents'],
    [{ query, documents: ['a'], top_n: 0 }, 'top_n'],
    [{ query, documents: ['a'], return_documents: 'yes' }, 'return_documents'],
  ])('are refused before anything is sent: case %#', async (fields, param) => {
    expectRefusal(await post('/v1/rerank', await worldOf('rerank', 'usage:1'), fields), 'invalid_request', { param });
  });

  it('cannot be had of OpenAI', async () => {
    const world = await worldOf('rerank', '', { channel: { provider: 'openai' } });
    const answer = await post('/v1/rerank', world, { query, documents: ['a'] });
    expect(answer).toMatchObject({ status: 501, body: { error: { code: 'conversion_not_implemented' } } });
  });
});
