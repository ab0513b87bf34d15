import { type HttpAnswer, uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const contentOf = (text: string) => ({ parts: [{ text }] });

async function worldOf(directives: string, channel: Record<string, unknown> = {}): Promise<World> {
  const model = { capabilities: ['embeddings'], prices: { inputPerMillion: '1000' }, contextTokensMax: 8_000 };
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, model, channel });
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
