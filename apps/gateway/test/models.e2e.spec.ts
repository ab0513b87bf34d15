import { uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const prefix = uniqueName('list');
const name = (suffix: string) => `${prefix}/${suffix}`;
let world: World;

beforeAll(async () => {
  for (const model of ['zebra', 'ant', 'gpt:4.1@2026'])
    await house.system.admin.createModel({ name: name(model), displayName: `The ${model}`, contextTokensMax: 8_000 });
  await house.system.admin.createModel({ name: name('off'), enabled: false });
  await house.system.admin.createModel({ name: name('denied') });
  const key = { modelAllowlist: [`${prefix}/*`], modelDenylist: [name('denied')] };
  world = await house.system.world({ key, points: '12.5' });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  house.system.gateway.request(path, 'x-goog-api-key' in headers ? null : world.apiKey, { headers });

describe('the list of models', () => {
  it('shows what the key may use, by name, in one shape for the OpenAI and Anthropic libraries', async () => {
    const { status, body } = await get('/v1/models');
    const { data, ...page } = body as { data: Record<string, unknown>[] };
    const names = [name('ant'), name('gpt:4.1@2026'), name('zebra')];
    expect([status, page]).toEqual([200, { object: 'list', has_more: false, first_id: names[0], last_id: names[2] }]);
    expect(data.map(({ id }) => id)).toEqual(names);
    expect(data[0]).toEqual({
      id: names[0],
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
      type: 'model',
      display_name: 'The ant',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      max_input_tokens: 8_000,
      max_tokens: 1_000,
    });
  });

  it.each<[how: string, path: string, isKeyInHeader: boolean]>([
    ['under /v1beta', '/v1beta/models', false],
    ['under /v1beta with the key in the query', '/v1beta/models?key=KEY', false],
    ['with Google’s header', '/v1/models', true],
    ['with the key in the query', '/v1/models?key=KEY', false],
  ])('has Gemini’s shape %s', async (_, path, isKeyInHeader) => {
    const headers: Record<string, string> = isKeyInHeader ? { 'x-goog-api-key': world.apiKey } : {};
    const inQuery = path.includes('KEY');
    const answer = inQuery
      ? await house.system.gateway.request(path.replace('KEY', world.apiKey), null)
      : await get(path, headers);
    expect(answer.status).toBe(200);
    expect((answer.body as { models: object[] }).models[0]).toEqual({
      name: `models/${name('ant')}`,
      displayName: 'The ant',
      inputTokenLimit: 8_000,
      outputTokenLimit: 1_000,
      supportedGenerationMethods: expect.any(Array),
    });
  });

  it('is empty, and well formed, for a key that may use nothing', async () => {
    const { key } = await house.system.admin.createKey(world.account.id, { modelAllowlist: [uniqueName('none')] });
    const { body } = await house.system.gateway.request('/v1/models', key);
    expect(body).toEqual({ object: 'list', data: [], has_more: false, first_id: null, last_id: null });
  });

  it('shows only models of the key’s group', async () => {
    const group = await house.system.admin.createGroup({ models: [name('zebra')] });
    const account = await house.system.admin.createAccount({ group: group.name });
    const { key } = await house.system.admin.createKey(account.id);
    await house.system.settled();
    const { body } = await house.system.gateway.request('/v1/models', key);
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([name('zebra')]);
  });
});

describe('one model', () => {
  it.each([
    ['as it is', (model: string) => model],
    ['encoded', encodeURIComponent],
  ])('is found by its name with slashes and colons, %s', async (_, write) => {
    for (const model of ['ant', 'gpt:4.1@2026']) {
      const { status, body } = await get(`/v1/models/${write(name(model))}`);
      expect([status, (body as { id: string }).id]).toEqual([200, name(model)]);
      const gemini = await get(`/v1beta/models/${write(name(model))}`);
      expect(gemini.body).toMatchObject({ name: `models/${name(model)}` });
    }
  });

  it.each(['off', 'denied', 'gone'])('is model_not_found where the key may not use it: %s', async (model) => {
    expectRefusal(await get(`/v1/models/${name(model)}`), 'model_not_found');
    expectRefusal(await get(`/v1beta/models/${name(model)}`), 'model_not_found', { dialect: 'gemini' });
  });
});

describe('the own account', () => {
  it('shows points, key and limits', async () => {
    const limits = { pointQuota: '30', pointLimits: [{ period: 'day', points: '20' }], parallelRequestsMax: 3 };
    const rateLimit = { requests: 50, windowSeconds: 10 };
    const tokenRateLimit = { tokens: 9_000, windowSeconds: 60 };
    const account = { rateLimit, tokenRateLimit, parallelRequestsMax: 7 };
    const own = await house.system.world({ points: '12.5', account, key: limits });
    expect((await house.chat(own)).status).toBe(200);
    const { status, body } = await house.system.gateway.request('/v1/account', own.apiKey);
    const used = { used: '0.18', held: '0', resets_at: expect.stringMatching(/T00:00:00(\.000)?Z$/) };
    expect([status, body]).toEqual([
      200,
      {
        account: { points_available: '12.32', points_held: '0' },
        api_key: {
          name: own.key.name,
          group: 'default',
          points_used: '0.18',
          points_remaining: '29.82',
          point_limits: [{ period: 'day', limit: '20', ...used }],
          ...{ token_rate_limit: null, parallel_requests_max: 3 },
        },
        rate_limit: { requests: 50, window_seconds: 10 },
        ...{ token_rate_limit: { tokens: 9_000, window_seconds: 60 }, parallel_requests_max: 7 },
      },
    ]);
  });

  it('is as the last answer left it, for a key without quota too', async () => {
    const own = await house.system.world({ points: '100' });
    for (let count = 0; count <= 12; count += 1) {
      const { body } = await house.system.gateway.request('/v1/account', own.apiKey);
      const { account, api_key: key } = body as Record<'account' | 'api_key', Record<string, string>>;
      expect(Number(key['points_used'])).toBeCloseTo(count * 0.18, 6);
      // Points may be lent ahead; nothing is lost.
      expect(Number(account['points_available']) + Number(account['points_held'])).toBeCloseTo(100 - count * 0.18, 6);
      expect((await house.chat(own)).status).toBe(200);
    }
    const { key, account } = own;
    expect(await house.system.admin.get(`/api-keys/${key.id}`)).toMatchObject({ pointsUsed: '2.34' });
    const summary = await house.system.admin.get(`/usage/summary?groupBy=model&accountId=${account.id}`);
    expect(summary).toMatchObject({ data: [{ key: own.modelName, requests: 13, chargePoints: '2.34' }] });
  });

  it('says null where there is no limit', async () => {
    const { body } = await get('/v1/account');
    expect(body).toMatchObject({ api_key: { points_remaining: null, point_limits: [] }, rate_limit: null });
  });
});
