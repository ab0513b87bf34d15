import { uniqueName } from '@tokenbay/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

const PRICES = {
  ...{
    inputPerMillion: '2.5',
    cachedInputPerMillion: '1.25',
    cacheWritePerMillion: '3',
    cacheWriteLongPerMillion: '5',
  },
  ...{ outputPerMillion: '10', audioInputPerMillion: '40', audioOutputPerMillion: '80', imageInputPerMillion: '5' },
  ...{ imageOutputPerMillion: '40', perRequest: '0.001', perImage: '0.04', perSecond: '0.1', perMinute: '0.006' },
  ...{
    perMillionCharacters: '15',
    perToolCall: { web_search: '0.01' },
    serviceTiers: { flex: '0.5', hd: '2', '1792x1024': '1.5', 'hd/1792x1024': '3', '2K': '1', '16:9': '1' },
  },
  tiers: [{ aboveInputTokens: 200_000, inputPerMillion: '5' }],
};

let admin: RunningAdmin;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.client.request(method, path, body, headers);
const problemsOf = (answer: { body: unknown }) => (answer.body as { error: { problems: string[] } }).error.problems;

beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);

afterAll(() => admin.stop());

describe('models', () => {
  it('are created with defaults and answered by their name, percent-encoded, slashes and colons included', async () => {
    const name = `${uniqueName('meta/llama-3')}:70b@x+y`;
    const created = await call('POST', '/models', { name });
    expect(created).toMatchObject({ status: 201, body: { name, priceVersion: 1, version: 1 } });
    const { createdAt, updatedAt, ...fields } = created.body as Record<string, unknown>;
    expect(fields).toEqual({
      ...{ name, displayName: name, enabled: true, capabilities: ['text'], contextTokensMax: null },
      ...{ outputTokensMax: null, prices: {}, priceVersion: 1, rateLimit: null, version: 1 },
    });
    expect([createdAt, updatedAt]).toEqual([expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)]);
    const path = `/models/${encodeURIComponent(name)}`;
    expect(await call('GET', path)).toMatchObject({ status: 200, body: created.body });
    expect(await call('GET', `${path}/prices`)).toMatchObject({ status: 200, body: { nextCursor: null } });
    expect(await call('PATCH', path, { displayName: 'Llama' })).toMatchObject({
      status: 200,
      body: { displayName: 'Llama' },
    });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });

  it('are created once per name', async () => {
    const { name } = await admin.client.createModel();
    expect(await call('POST', '/models', { name })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
  });

  it('take a price for every kind of the contract and answer it as it was written', async () => {
    const model = await admin.client.createModel({ prices: PRICES });
    expect(model.prices).toEqual(PRICES);
  });

  it('list every problem of a body at once, every problem of its prices included', async () => {
    const answer = await call('POST', '/models', {
      ...{ name: 'a b', capabilities: ['singing'], outputTokensMax: 0, rateLimit: { requests: 1 }, colour: 'red' },
      prices: { inputPerMillion: '-1', perThousand: '1', tiers: [{ aboveInputTokens: 2 }, { aboveInputTokens: 1 }] },
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect(
      problemsOf(answer)
        .map((problem) => problem.split(' ')[0])
        .sort(),
    ).toEqual([
      'capabilities[0]',
      'colour',
      'name',
      'outputTokensMax',
      'prices.inputPerMillion',
      'prices.perThousand',
      'prices.tiers[1].aboveInputTokens',
      'rateLimit.windowSeconds',
    ]);
  });

  it('have a name that a path can hold', async () => {
    for (const name of ['.', '..'])
      expect(problemsOf(await call('POST', '/models', { name }))).toEqual([
        expect.stringMatching(/^name must be a name/),
      ]);
    expect(await call('POST', '/models', { name: '...' })).toMatchObject({ status: 201 });
  });

  it('list a double capability beside an unknown one', async () => {
    const capabilities = ['text', 'singing', 'text'];
    expect(problemsOf(await call('POST', '/models', { name: 'a', capabilities }))).toEqual([
      expect.stringMatching(/^capabilities\[1\] must be one of /),
      'capabilities must not hold the same item twice.',
    ]);
  });

  it('change by merge patch, prices whole, and refuse a lost race', async () => {
    const { name } = await admin.client.createModel({ rateLimit: { requests: 5, windowSeconds: 60 } });
    const path = `/models/${name}`;
    const changed = await call(
      'PATCH',
      path,
      { prices: { perRequest: 0.5 }, rateLimit: { requests: 6 } },
      { 'if-match': '1' },
    );
    expect(changed).toMatchObject({
      status: 200,
      body: {
        prices: { perRequest: '0.5' },
        priceVersion: 2,
        rateLimit: { requests: 6, windowSeconds: 60 },
        version: 2,
      },
    });
    expect(await call('PATCH', path, { enabled: false }, { 'if-match': '1' })).toMatchObject({ status: 409 });
    expect(await call('PATCH', path, { rateLimit: null, outputTokensMax: null })).toMatchObject({
      body: { rateLimit: null, outputTokensMax: null, priceVersion: 2 },
    });
    for (const body of [
      { prices: null },
      { capabilities: [] },
      { enabled: null },
      { displayName: null },
      { name: 'x' },
    ])
      expect(await call('PATCH', path, body)).toMatchObject({ status: 400 });
  });

  it('keep the history of their prices, newest first, page by page', async () => {
    const { name } = await admin.client.createModel({ prices: { inputPerMillion: '1' } });
    for (const price of ['2', '2', '3'])
      await admin.client.patch(`/models/${name}`, { prices: { inputPerMillion: price } });
    type Prices = { data: { priceVersion: number; prices: object; createdAt: string }[]; nextCursor: string };
    const first = await admin.client.get<Prices>(`/models/${name}/prices?limit=2`);
    expect(first.data.map(({ priceVersion, prices }) => [priceVersion, prices])).toEqual([
      [3, { inputPerMillion: '3' }],
      [2, { inputPerMillion: '2' }],
    ]);
    const second = await admin.client.get<Prices>(`/models/${name}/prices?limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ data: [{ priceVersion: 1 }], nextCursor: null });
    expect(await call('GET', '/models/not-there/prices')).toMatchObject({ status: 404 });
  });

  it('are deleted only while no channel serves them', async () => {
    const { name } = await admin.client.createModel();
    const channel = await admin.client.createChannel({ baseUrl: 'http://127.0.0.1:9/v1', models: { [name]: 'x' } });
    expect(await call('DELETE', `/models/${name}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
    await admin.client.patch(`/channels/${channel.id}`, { models: { [name]: null } });
    expect(await call('DELETE', `/models/${name}`)).toMatchObject({ status: 204 });
  });

  it('are listed newest first', async () => {
    const older = await admin.client.createModel();
    const newer = await admin.client.createModel();
    const { data } = await admin.client.get<{ data: { name: string }[] }>('/models?limit=2');
    expect(data.map(({ name }) => name)).toEqual([newer.name, older.name]);
  });
});
