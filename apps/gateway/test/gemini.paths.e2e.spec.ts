import { uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const prefix = uniqueName('gemini');
const NAME = `${prefix}/chat:8b@2026`;
const body = { contents: [{ role: 'user', parts: [{ text: 'How many tokens is this?' }] }] };
let world: World;

beforeAll(async () => {
  world = await house.system.world({ model: { name: NAME }, points: '10' });
});

const post = (path: string, headers: Record<string, string> = {}, fields: object = body) =>
  house.system.gateway.post(path, null, fields, { 'x-goog-api-key': world.apiKey, ...headers });

describe('a path of Gemini', () => {
  it.each([
    ['raw', NAME],
    ['encoded', encodeURIComponent(NAME)],
  ])('names its model with slashes and colons, %s, in both versions', async (_, written) => {
    for (const version of ['v1beta', 'v1']) {
      const { status, body: counted } = await post(`/${version}/models/${written}:countTokens`);
      const totalTokens = (counted as { totalTokens: number }).totalTokens;
      expect([status, totalTokens]).toEqual([200, expect.any(Number)]);
      expect(counted).toEqual({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] });
    }
    expect((await post(`/v1beta/models/${encodeURIComponent(`${NAME}:countTokens`)}`)).status).toBe(200);
  });

  it('takes its key from the query as well, and one key only', async () => {
    const path = `/v1beta/models/${NAME}:countTokens`;
    const answer = await house.system.gateway.post(`${path}?key=${world.apiKey}`, null, body);
    expect(answer.status).toBe(200);
    expect(house.system.logs()).not.toContain(world.apiKey);
    expectRefusal(await house.system.gateway.post(path, null, body), 'api_key_missing', { dialect: 'gemini' });
    const two = await post(`${path}?key=sk-${'0'.repeat(40)}`);
    expectRefusal(two, 'invalid_request', { dialect: 'gemini', message: /two different/ });
  });

  it.each(['predict', 'predictLongRunning', 'batchGenerateContent', 'asyncBatchEmbedContent'])(
    'with the verb %s is not offered, whoever asks',
    async (verb) => {
      for (const version of ['v1beta', 'v1']) {
        const path = `/${version}/models/${NAME}:${verb}`;
        expectRefusal(await house.system.gateway.post(path, null, body), 'not_implemented', { dialect: 'gemini' });
      }
    },
  );

  it('without a verb leads nowhere', async () => {
    for (const path of ['/v1beta/models/gemini-pro', '/v1beta/models/:countTokens', '/v1beta/models/a:countTokens/b'])
      expectRefusal(await post(path), 'route_not_found', { dialect: 'gemini' });
  });

  it('counts for nothing, in either spelling, and refuses what is no request', async () => {
    const before = (await house.pointsOf(world)).available;
    const path = `/v1beta/models/${NAME}:countTokens`;
    const counted = async (fields: object) => (await post(path, {}, fields)).body as { totalTokens: number };
    const { totalTokens } = await counted(body);
    expect(await counted({ generateContentRequest: { model: `models/${NAME}`, ...body } })).toMatchObject({
      totalTokens,
    });
    const picture = { inline_data: { mime_type: 'image/png', data: 'AA==' } };
    expect(await counted({ contents: [{ parts: [picture, ...body.contents[0]!.parts] }] })).toMatchObject({
      totalTokens: totalTokens + 258,
    });
    expectRefusal(await post(path, {}, {}), 'invalid_request', { dialect: 'gemini', message: /^contents/ });
    const stored = { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } };
    const refused = await post(path, {}, { contents: [{ parts: [stored] }] });
    expectRefusal(refused, 'not_implemented', { dialect: 'gemini', message: /stored/ });
    expect((await house.pointsOf(world)).available).toBe(before);
    expect(await house.system.upstream.requests()).toHaveLength(0);
  });
});
