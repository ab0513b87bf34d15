import { generateSecret } from '@tokenbay/platform/testing';
import type { Fields, HttpAnswer, World } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
let world: World;

beforeAll(async () => {
  world = await house.system.world();
});

/** A chat request with exactly these headers beside the content type. */
function send(headers: Record<string, string>, path = '/v1/chat/completions'): Promise<HttpAnswer> {
  const body = { model: world.modelName, messages: [{ role: 'user', content: 'Hello' }] };
  return house.system.gateway.post(path, null, body, headers);
}

describe('a credential', () => {
  it.each<[name: string, headers: (key: string) => Record<string, string>]>([
    ['Authorization: Bearer', (key) => ({ authorization: `Bearer ${key}` })],
    ['authorization: bearer, in whatever case', (key) => ({ authorization: `bearer ${key}` })],
    ['x-api-key', (key) => ({ 'x-api-key': key })],
    ['x-goog-api-key', (key) => ({ 'x-goog-api-key': key })],
    [
      'all three, if they agree',
      (key) => ({ authorization: `Bearer ${key}`, 'x-api-key': key, 'x-goog-api-key': key }),
    ],
  ])('is taken from %s', async (_, headers) => {
    expect((await send(headers(world.apiKey))).status).toBe(200);
  });

  it.each<[name: string, headers: Record<string, string>]>([
    ['nowhere', {}],
    ['in an empty header', { authorization: '', 'x-api-key': '', 'x-goog-api-key': '' }],
    ['behind a bare Bearer', { authorization: 'Bearer' }],
  ])('that is %s is api_key_missing', async (_, headers) => {
    expectRefusal(await send(headers), 'api_key_missing');
  });

  it('that is in a query of a path that is not Gemini’s, or in a cookie, is api_key_missing', async () => {
    expectRefusal(await send({}, `/v1/chat/completions?key=${world.apiKey}`), 'api_key_missing');
    expectRefusal(await send({ cookie: `key=${world.apiKey}` }), 'api_key_missing');
  });

  it.each<[name: string, authorization: (key: string) => string]>([
    ['no key at all', () => 'Bearer sk-invented'],
    ['well formed but unknown', () => `Bearer ${generateSecret('sk-')}`],
    ['an administrator’s token', () => `Bearer ${house.system.admin.token}`],
    ['one character longer', (key) => `Bearer ${key}a`],
    ['one character shorter', (key) => `Bearer ${key.slice(0, -1)}`],
    ['in capitals', (key) => `Bearer ${key.toUpperCase()}`],
    ['of 8 KiB', () => `Bearer sk-${'a'.repeat(8_192)}`],
    ['full of quotes', () => `Bearer sk-'";--${'%00'.repeat(20)}`],
    ['sent as Basic', (key) => `Basic ${Buffer.from(`:${key}`).toString('base64')}`],
    ['sent without Bearer', (key) => key],
    ['two in one header', (key) => `Bearer ${key}, Bearer ${key}`],
  ])('%s is api_key_invalid', async (_, authorization) => {
    expectRefusal(await send({ authorization: authorization(world.apiKey) }), 'api_key_invalid');
  });

  it('that contradicts another one is invalid_request, whichever of them is right', async () => {
    const other = generateSecret('sk-');
    for (const [bearer, second] of [
      [world.apiKey, other],
      [other, world.apiKey],
    ] as const) {
      const answer = await send({ authorization: `Bearer ${bearer}`, 'x-api-key': second });
      expectRefusal(answer, 'invalid_request');
    }
    expectRefusal(await send({ 'x-api-key': world.apiKey, 'x-goog-api-key': other }), 'invalid_request');
  });

  it('is never written to the log, right or wrong', async () => {
    const wrong = generateSecret('sk-');
    await send({ authorization: `Bearer ${wrong}` });
    await house.system.gateway.request(`/v1beta/models?key=${world.apiKey}`, null);
    await house.system.gateway.request(`/v1/nothing?key=${world.apiKey}`, null);
    expect(house.system.logs()).not.toContain(wrong);
    expect(house.system.logs()).not.toContain(world.apiKey);
  });
});

describe('a key that is known', () => {
  it.each<[code: RefusalCode, why: string, key: Fields]>([
    ['api_key_disabled', 'disabled', { status: 'disabled' }],
    ['api_key_unavailable', 'suspended', { status: 'suspended' }],
    ['api_key_unavailable', 'archived', { status: 'archived' }],
    ['api_key_expired', 'expired', { expiresAt: '2020-01-01T00:00:00Z' }],
  ])('is refused with %s when it is %s', async (code, _, fields) => {
    const { key } = await house.system.admin.createKey(world.account.id, fields);
    const answer = house.saw(await house.system.gateway.chat(key, world.modelName));
    expectRefusal(answer, code);
  });

  it('works until the instant it expires and no longer', async () => {
    const expiresAtMs = Date.now() + 2_500;
    const expiresAt = new Date(expiresAtMs).toISOString();
    const { key } = await house.system.admin.createKey(world.account.id, { expiresAt });
    expect((await house.system.gateway.chat(key, world.modelName)).status).toBe(200);
    await new Promise((done) => setTimeout(done, expiresAtMs - Date.now() + 5));
    expectRefusal(await house.system.gateway.chat(key, world.modelName), 'api_key_expired');
  });

  it('of a banned account is refused with account_banned, on every route', async () => {
    const banned = await house.system.world({ account: { status: 'banned' } });
    expectRefusal(await house.chat(banned), 'account_banned');
    expectRefusal(await house.system.gateway.request('/v1/models', banned.apiKey), 'account_banned');
    expectRefusal(await house.system.gateway.request('/v1/account', banned.apiKey), 'account_banned');
  });

  it('of a group that is not open to its account is refused with group_not_allowed', async () => {
    const { name: group } = await house.system.admin.createGroup();
    const closed = await house.system.world({ key: { group } });
    expectRefusal(await house.chat(closed), 'group_not_allowed');
    const open = await house.system.world({
      account: { allowedGroups: ['default', group] },
      key: { group },
      channel: { groups: [group] },
    });
    expect((await house.chat(open)).status).toBe(200);
  });

  it('of an account whose own group is not among those open to it is refused with group_not_allowed', async () => {
    const { name: group } = await house.system.admin.createGroup();
    const closed = await house.system.world({ account: { allowedGroups: [group] } });
    expectRefusal(await house.chat(closed), 'group_not_allowed');
  });
});
