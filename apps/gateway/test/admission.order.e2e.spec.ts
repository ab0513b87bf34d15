import { uniqueName, type Fields, type HttpAnswer, type World } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { sendHeadOnly } from './raw-http.js';
import { useSystem } from './use-system.js';

/** More than the harness sends from its one address. */
const PER_ADDRESS = 300;
const house = useSystem({
  gateway: {
    TRUSTED_PROXIES: '127.0.0.1/32',
    REQUESTS_PER_MINUTE_PER_IP: String(PER_ADDRESS),
    BODY_BYTES_MAX: '4096',
  },
});
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const EXHAUSTED = '203.0.113.1';
const BLACKLISTED = '203.0.113.2';
const ALLOWED = '198.51.100.1';

/** One request that violates every check of the contract at once; a step at a time it is put right. */
class Ladder {
  path = '/v1/nothing';
  address = EXHAUSTED;
  credential: string | null = null;
  model = uniqueName('gone');
  body: string | undefined = 'x'.repeat(8_192);

  constructor(readonly world: World) {}

  send(): Promise<HttpAnswer> {
    const body = this.body ?? JSON.stringify({ model: this.model, messages: [{ role: 'user', content: 'Hello' }] });
    return house.system.gateway.post(this.path, this.credential, body, { 'x-forwarded-for': this.address });
  }
}

let ladder: Ladder;
let group: string;
let channelKey: string;

/** Fields that a world with everything wrong begins with. */
async function buildLadder(): Promise<Ladder> {
  const { admin } = house.system;
  ({ name: group } = await admin.createGroup({ models: ['other'] }));
  const world = await house.system.world({
    upstreamModel: 'fake@status:500',
    points: '0.5',
    account: { status: 'banned', rateLimit: { requests: 1, windowSeconds: 3_600 } },
    key: {
      group,
      status: 'disabled',
      expiresAt: '2020-01-01T00:00:00Z',
      modelAllowlist: ['other'],
      pointQuota: '0.25',
      pointLimits: [{ period: 'month', points: '0.125' }],
    },
    model: {
      enabled: false,
      capabilities: ['embeddings'],
      prices: { perRequest: '1' },
      rateLimit: { requests: 1, windowSeconds: 3_600 },
    },
    channel: { enabled: false },
  });
  channelKey = `/channels/${world.channel.id}/keys/${world.channel.keys[0]?.id}`;
  await admin.patch(channelKey, { enabled: false });
  return new Ladder(world);
}

async function addRules({ account, key }: World): Promise<Record<'global' | 'own' | 'white' | 'window', string>> {
  const add = async (fields: Fields) => `/access-rules/${(await house.system.admin.createAccessRule(fields)).id}`;
  const scope = { type: 'apiKey', id: key.id };
  const ofAccount = { type: 'account', id: account.id };
  const hour = new Date().getUTCHours();
  const at = (hours: number) => `${String((hour + hours) % 24).padStart(2, '0')}:00`;
  const windows = [{ days: DAYS, from: at(3), to: at(4) }];
  return {
    global: await add({ type: 'ip_blacklist', cidrs: [EXHAUSTED, BLACKLISTED] }),
    own: await add({ scope, type: 'ip_blacklist', cidrs: [BLACKLISTED] }),
    white: await add({ scope: ofAccount, type: 'ip_whitelist', cidrs: [ALLOWED] }),
    window: await add({ scope, type: 'time_window', windows }),
  };
}

/** Uses up the only unit of a rate limit: that request itself meets what comes after the limit. */
async function takeUnit(next: RefusalCode): Promise<void> {
  expectRefusal(await ladder.send(), next);
}

describe('of several violations the first in the contract’s order answers:', () => {
  let rules: Awaited<ReturnType<typeof addRules>>;

  beforeAll(async () => {
    ladder = await buildLadder();
    rules = await addRules(ladder.world);
    const from = { headers: { 'x-forwarded-for': EXHAUSTED } };
    const spent = Array.from({ length: PER_ADDRESS }, () => house.system.gateway.request('/v1/models', null, from));
    expect(new Set((await Promise.all(spent)).map(({ status }) => status))).toEqual(new Set([403]));
    await house.system.settled();
  });

  const patch = (path: string, fields: Fields) => house.system.admin.patch(path, fields);
  const patchKey = (fields: Fields) => patch(`/api-keys/${ladder.world.key.id}`, fields);
  const patchAccount = (fields: Fields) => patch(`/accounts/${ladder.world.account.id}`, fields);
  const patchModel = (fields: Fields) => patch(`/models/${ladder.world.modelName}`, fields);
  const remove = (path: string) => house.system.admin.remove(path);

  /** What answers, and how it is put right so that the next one answers. */
  const steps: [code: RefusalCode, putRight: () => unknown][] = [
    ['route_not_found', () => (ladder.path = '/v1/chat/completions')],
    ['global_rate_limited', () => (ladder.address = BLACKLISTED)],
    ['ip_denied_by_blacklist', () => remove(rules.global)],
    ['api_key_missing', () => (ladder.credential = 'sk-invented')],
    ['api_key_invalid', () => (ladder.credential = ladder.world.apiKey)],
    ['api_key_disabled', () => patchKey({ status: 'suspended' })],
    ['api_key_unavailable', () => patchKey({ status: 'active' })],
    ['api_key_expired', () => patchKey({ expiresAt: null })],
    ['account_banned', () => patchAccount({ status: 'active' })],
    ['group_not_allowed', () => patchAccount({ allowedGroups: ['default', group] })],
    ['ip_denied_by_blacklist', () => remove(rules.own)],
    ['ip_not_in_whitelist', () => (ladder.address = ALLOWED)],
    [
      'access_rule_time_window_denied',
      async () => {
        await remove(rules.window);
        await house.system.settled();
        await takeUnit('request_too_large');
      },
    ],
    ['account_rate_limited', () => patchAccount({ rateLimit: { requests: 1_000, windowSeconds: 60 } })],
    ['request_too_large', () => (ladder.body = '{"model":')],
    ['invalid_request', () => (ladder.body = undefined)],
    ['model_not_found', () => (ladder.model = ladder.world.modelName)],
    ['model_disabled', () => patchModel({ enabled: true })],
    ['model_capability_not_supported', () => patchModel({ capabilities: ['text'] })],
    ['group_model_not_allowed', () => patch(`/groups/${group}`, { models: ['*'] })],
    [
      'api_key_model_not_allowed',
      async () => {
        await patchKey({ modelAllowlist: null });
        await house.system.settled();
        await takeUnit('account_point_insufficient');
      },
    ],
    ['model_rate_limited', () => patchModel({ rateLimit: null })],
    ['account_point_insufficient', () => house.system.admin.credit(ladder.world.account.id, '10')],
    ['api_key_point_insufficient', () => patchKey({ pointQuota: '10' })],
    ['api_key_point_limit_exceeded', () => patchKey({ pointLimits: [] })],
    ['channel_unavailable', () => patch(`/channels/${ladder.world.channel.id}`, { enabled: true, groups: [group] })],
    ['channel_key_unavailable', () => patch(channelKey, { enabled: true })],
    ['upstream_failed', () => house.system.upstream.behave('fake@status:500', 'status:200')],
  ];

  it.each(steps)('%s', async (code, putRight) => {
    expectRefusal(await ladder.send(), code);
    await putRight();
    await house.system.settled();
  });
});

describe('what is decided by the head alone', () => {
  const announce = (apiKey: string | null, bytes = '2000') =>
    sendHeadOnly(
      house.system.gatewayUrl,
      {
        path: '/v1/chat/completions',
        headers: {
          'content-type': 'application/json',
          'content-length': bytes,
          ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
        },
      },
      1_000,
    );

  it('is answered before the body is read, down to the account’s rate and the announced size', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 2, windowSeconds: 3_600 } } });
    const { key: disabled } = await house.system.admin.createKey(world.account.id, { status: 'disabled' });
    const answers = [
      await announce(null),
      await announce(disabled),
      await announce(world.apiKey, '5000'),
      await announce(world.apiKey),
      await announce(world.apiKey),
    ];
    const codes = answers.map((answer) => answer?.code ?? null);
    expect(codes).toEqual(['api_key_missing', 'api_key_disabled', 'request_too_large', null, 'account_rate_limited']);
  });
});

describe('a refused request consumes nothing that comes after its refusal:', () => {
  const limit = { requests: 5, windowSeconds: 3_600 };
  const left = (answer: HttpAnswer) => answer.headers.get('x-ratelimit-remaining-requests');

  /** What is left of the account's rate after one more request, which takes one itself. */
  async function accountUnitsLeft(world: World): Promise<number> {
    return Number(left(await house.chat(world, { model: 'gone' }))) + 1;
  }

  it('no account unit when credentials, status, group or access rules refuse', async () => {
    const world = await house.system.world({ account: { rateLimit: limit } });
    const { admin } = house.system;
    const rule = await admin.createAccessRule({
      scope: { type: 'apiKey', id: world.key.id },
      type: 'ip_blacklist',
      cidrs: [BLACKLISTED],
    });
    const disabled = await admin.createKey(world.account.id, { status: 'disabled' });
    const elsewhere = await admin.createKey(world.account.id, { group: (await admin.createGroup()).name });
    await house.system.settled();
    const from = { 'x-forwarded-for': BLACKLISTED };
    expectRefusal(await house.chat(world, {}, from), 'ip_denied_by_blacklist');
    expectRefusal(await house.system.gateway.chat(disabled.key, world.modelName), 'api_key_disabled');
    expectRefusal(await house.system.gateway.chat(elsewhere.key, world.modelName), 'group_not_allowed');
    expect(await accountUnitsLeft(world)).toBe(5);
    await admin.remove(`/access-rules/${rule.id}`);
  });

  it('an account unit, but no model unit, when body or model refuse', async () => {
    const world = await house.system.world({
      account: { rateLimit: limit },
      model: { rateLimit: { ...limit, requests: 1 } },
    });
    expectRefusal(await house.chat(world, { model: 'gone' }), 'model_not_found');
    expectRefusal(await house.chat(world, { messages: [] }), 'invalid_request');
    expectRefusal(await house.chat(world, { user: 'x'.repeat(5_000) }), 'request_too_large');
    const served = await house.chat(world);
    expect([served.status, left(served)]).toEqual([200, '1']);
    expectRefusal(await house.chat(world), 'model_rate_limited');
  });

  it('a model unit, but no points, when points refuse; and no upstream call', async () => {
    const world = await house.system.world({
      points: '0.5',
      model: { prices: { perRequest: '1' }, rateLimit: { ...limit, requests: 1 } },
    });
    await house.system.upstream.mark();
    expectRefusal(await house.chat(world), 'account_point_insufficient');
    expectRefusal(await house.chat(world), 'model_rate_limited');
    expect(await house.pointsOf(world)).toEqual({ available: '0.5', held: '0' });
    expect(await house.system.upstream.requests()).toEqual([]);
  });

  it('no points of the account or of other limits when one limit of the key refuses', async () => {
    const pointLimits = [
      { period: 'day', points: '5' },
      { period: 'month', points: '0.5' },
    ];
    const world = await house.system.world({
      model: { prices: { perRequest: '1' } },
      key: { pointQuota: '5', pointLimits },
    });
    expectRefusal(await house.chat(world), 'api_key_point_limit_exceeded');
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    expect(await house.system.admin.get(`/api-keys/${world.key.id}`)).toMatchObject({
      pointsUsed: '0',
      pointsHeld: '0',
      pointLimits: expect.arrayContaining([expect.objectContaining({ period: 'day', used: '0', held: '0' })]),
    });
  });

  it('the address’s unit even of a request without credentials, and never given back', async () => {
    const from = { headers: { 'x-forwarded-for': '203.0.113.77' } };
    const answers = [];
    for (let count = 0; count <= PER_ADDRESS; count++)
      answers.push((await house.system.gateway.request('/v1/account', null, from)).code);
    expect(answers.slice(0, -1)).toEqual(Array(PER_ADDRESS).fill('api_key_missing'));
    expect(answers.at(-1)).toBe('global_rate_limited');
  });
});
