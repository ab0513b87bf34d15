import { type AdminChannel, findFreePort, uniqueName } from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const house = useSystem();

interface Finding {
  ok: boolean;
  model: string | null;
  keyId: string | null;
  latencyMs: number | null;
  status: number | null;
  reason: string | null;
  message: string | null;
}

let modelName: string;

beforeAll(async () => {
  modelName = (await house.system.admin.createModel()).name;
});

/** A channel to the fake upstream, in force. */
async function channelWith(directives: string, fields: object = {}): Promise<AdminChannel> {
  const models = { [modelName]: `${uniqueName('fake')}@${directives}` };
  const channel = await house.system.admin.createChannel({ baseUrl: house.system.upstream.baseUrl, models, ...fields });
  await house.system.settled();
  return channel;
}

/** Tests a channel; every answer is 201, and holds nothing of the secret or the address. */
async function test({ id }: AdminChannel, body?: object): Promise<Finding> {
  const answer = await house.system.admin.request('POST', `/channels/${id}/test`, body);
  expect(answer.status).toBe(201);
  expect(answer.text).not.toMatch(/sk-|127\.0\.0\.1|localhost|org-/);
  return answer.body as Finding;
}

describe('the test of a channel', () => {
  it('answers what a tiny request found, and costs no customer anything', async () => {
    const channel = await channelWith('usage:5:1');
    await house.system.upstream.mark();
    expect(await test(channel)).toEqual({
      ...{ ok: true, model: modelName, keyId: channel.keys[0]!.id, latencyMs: expect.any(Number) },
      ...{ status: 200, reason: null, message: null },
    });
    const requests = await house.system.upstream.requests();
    expect(requests.map(({ body }) => body)).toMatchObject([{ max_tokens: 16, messages: [{ role: 'user' }] }]);
    const { data } = await house.system.admin.get<{ data: unknown[] }>(`/usage?model=${modelName}`);
    expect(data).toEqual([]);
  });

  it.each([
    ['error:invalid_api_key', 401, 'key_refused', /API key/],
    ['error:insufficient_quota', 429, 'out_of_credit', /quota/],
    ['error:model_not_found', 404, 'model_refused', /model/],
    ['error:unsupported_country_region_territory', 403, 'region_refused', /region/],
    ['status:429', 429, 'rate_limited', /./],
    ['status:500', 500, 'server_failed', /./],
    ['error:invalid_value', 400, 'invalid_request', /temperature/],
    ['redirect', 307, 'address_wrong', /./],
    ['html', null, 'malformed', /something else than a completion/],
    ['error-body', 200, 'server_failed', /./],
    ['reset-headers', null, 'cut', /broke/],
  ])('says of %s what is wrong', async (directives, status, reason, message) => {
    expect(await test(await channelWith(directives))).toMatchObject({
      ...{ ok: false, status, reason, message: expect.stringMatching(message) },
    });
  });

  it('says that nobody answers, and waits for nobody longer than an administrator does', async () => {
    const baseUrl = `http://127.0.0.1:${await findFreePort()}/v1`;
    expect(await test(await channelWith('usage:1:1', { baseUrl }))).toMatchObject({ ok: false, reason: 'connect' });
    const startedAtMs = performance.now();
    expect(await test(await channelWith('hang-headers'))).toMatchObject({ ok: false, reason: 'timeout', status: null });
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });

  it('tries the key and the model that are named, disabled ones and channels that are switched off as well', async () => {
    const keys = [{ value: 'sk-good' }, { value: 'sk-bad@error:invalid_api_key', enabled: false }];
    const channel = await channelWith('usage:1:1', { keys, enabled: false });
    const [good, bad] = channel.keys.map(({ id }) => id);
    expect(await test(channel)).toMatchObject({ ok: true, keyId: good });
    expect(await test(channel, { keyId: bad, model: modelName })).toMatchObject({ ok: false, keyId: bad });
  });

  it('says that there is nothing to test', async () => {
    expect(await test(await channelWith('usage:1:1', { keys: [] }))).toMatchObject({ ok: false, reason: 'no_key' });
    expect(await test(await channelWith('usage:1:1', { models: {} }))).toMatchObject({ ok: false, reason: 'no_model' });
    const { name } = await house.system.admin.createModel({
      capabilities: ['embeddings'],
      prices: { inputPerMillion: '1' },
    });
    expect(await test(await channelWith('', { models: { [name]: 'x' } }))).toMatchObject({ reason: 'not_testable' });
  });

  it('brings a key back that was disabled and works again', async () => {
    const world = await house.system.world({
      channel: { keys: [{ value: `sk-${uniqueName('key')}@error:invalid_api_key+times:1` }] },
    });
    expect((await house.chat(world)).status).toBe(503);
    expect((await house.chat(world)).status).toBe(503);
    expect(await test(world.channel)).toMatchObject({ ok: true });
    expect((await house.chat(world)).status).toBe(200);
  });
});
