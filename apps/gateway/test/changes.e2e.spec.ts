import type { ChatAnswer, Fields, World, WorldOptions } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { openStream } from './open-stream.js';
import { useSystem } from './use-system.js';

const house = useSystem();
/** How long nobody asks the gateway anything after a change: it must learn of it by itself, within the second that is promised. */
const SILENCE_MS = 900;

/** Makes a change, leaves the gateway alone, and asks once. */
async function askAfter(change: () => Promise<unknown>, ask: () => Promise<ChatAnswer>): Promise<ChatAnswer> {
  await change();
  await new Promise((done) => setTimeout(done, SILENCE_MS));
  return ask();
}

interface Change {
  what: string;
  code: RefusalCode;
  world?: WorldOptions;
  change: (world: World) => Promise<unknown>;
  /** Takes the change back, where that is possible. */
  back?: (world: World) => Promise<unknown>;
}

const patch = (path: string, fields: Fields) => house.system.admin.patch(path, fields);

/** A change of one thing's fields, and back. */
const toggle = (path: (world: World) => string, fields: Fields, back?: Fields) => ({
  change: (world: World) => patch(path(world), fields),
  ...(back && { back: (world: World) => patch(path(world), back) }),
});
const ofKey = ({ key }: World) => `/api-keys/${key.id}`;
const ofAccount = ({ account }: World) => `/accounts/${account.id}`;
const ofModel = ({ modelName }: World) => `/models/${modelName}`;
const ofChannel = ({ channel }: World) => `/channels/${channel.id}`;
const ofChannelKey = ({ channel }: World) => `/channels/${channel.id}/keys/${channel.keys[0]?.id}`;

const CHANGES: Change[] = [
  {
    what: 'a key is disabled',
    code: 'api_key_disabled',
    ...toggle(ofKey, { status: 'disabled' }, { status: 'active' }),
  },
  { what: 'a key is archived', code: 'api_key_unavailable', ...toggle(ofKey, { status: 'archived' }) },
  {
    what: 'a key expires',
    code: 'api_key_expired',
    ...toggle(ofKey, { expiresAt: '2020-01-01T00:00:00Z' }, { expiresAt: null }),
  },
  {
    what: 'a key gets a denylist',
    code: 'api_key_model_not_allowed',
    ...toggle(ofKey, { modelDenylist: ['*'] }, { modelDenylist: null }),
  },
  {
    what: 'a key gets a quota',
    code: 'api_key_point_insufficient',
    ...toggle(ofKey, { pointQuota: '0.000001' }, { pointQuota: null }),
  },
  {
    what: 'a key is reset',
    code: 'api_key_invalid',
    change: (world) => house.system.admin.call('POST', `${ofKey(world)}/reset`),
  },
  {
    what: 'an account is banned',
    code: 'account_banned',
    ...toggle(ofAccount, { status: 'banned' }, { status: 'active' }),
  },
  {
    what: 'an account leaves its group',
    code: 'group_not_allowed',
    ...toggle(ofAccount, { allowedGroups: ['closed'] }),
  },
  {
    what: 'an account gets a rate limit, over what it has used already',
    code: 'account_rate_limited',
    world: { account: { rateLimit: { requests: 100, windowSeconds: 60 } } },
    ...toggle(ofAccount, { rateLimit: { requests: 1, windowSeconds: 60 } }, { rateLimit: null }),
  },
  {
    what: 'points are taken away',
    code: 'account_point_insufficient',
    change: ({ account }) => house.system.admin.credit(account.id, '-999.82'),
  },
  {
    what: 'a group loses its models',
    code: 'group_model_not_allowed',
    world: { account: { group: 'changing' }, channel: { groups: ['changing'] } },
    ...toggle(() => '/groups/changing', { models: ['other'] }, { models: ['*'] }),
  },
  { what: 'a model is disabled', code: 'model_disabled', ...toggle(ofModel, { enabled: false }, { enabled: true }) },
  {
    what: 'a model no longer chats',
    code: 'model_capability_not_supported',
    ...toggle(ofModel, { capabilities: ['embeddings'] }),
  },
  {
    what: 'a channel is disabled',
    code: 'channel_unavailable',
    ...toggle(ofChannel, { enabled: false }, { enabled: true }),
  },
  {
    what: 'a channel is deleted',
    code: 'channel_unavailable',
    change: (world) => house.system.admin.remove(ofChannel(world)),
  },
  {
    what: 'a channel gets another upstream',
    code: 'upstream_failed',
    change: (world) => patch(ofChannel(world), { models: { [world.modelName]: 'fake@status:500' } }),
  },
  {
    what: 'a channel’s key is disabled',
    code: 'channel_key_unavailable',
    ...toggle(ofChannelKey, { enabled: false }, { enabled: true }),
  },
  {
    what: 'an access rule is added',
    code: 'ip_denied_by_blacklist',
    change: ({ account: { id } }) => addRule({ type: 'account', id }),
    back: ({ account: { id } }) => removeRules(id),
  },
];

async function addRule(scope: { type: string; id: string }): Promise<void> {
  await house.system.admin.createAccessRule({ scope, type: 'ip_blacklist', cidrs: ['127.0.0.0/8'] });
}

async function removeRules(accountId: string): Promise<void> {
  const { data } = await house.system.admin.get<{ data: { id: string; scope: { id: string } }[] }>('/access-rules');
  for (const { id } of data.filter(({ scope }) => scope.id === accountId))
    await house.system.admin.remove(`/access-rules/${id}`);
}

describe('a change by an administrator is in force within a second, without anybody asking:', () => {
  const observed = new Map<string, { changed: ChatAnswer; back?: ChatAnswer }>();

  /** All changes at once, each of a world of its own that has been used before, so that everything about it is remembered. */
  beforeAll(async () => {
    for (const name of ['closed', 'changing']) await house.system.admin.createGroup({ name });
    const worlds = await Promise.all(CHANGES.map(({ world }) => house.system.world(world)));
    for (const world of worlds) expect((await house.chat(world)).status).toBe(200);
    const observe = async ({ what, change, back }: Change, world: World) => {
      const ask = () => house.chat(world);
      const changed = await askAfter(() => change(world), ask);
      observed.set(what, { changed, ...(back && { back: await askAfter(() => back(world), ask) }) });
    };
    await Promise.all(CHANGES.map((change, index) => observe(change, worlds[index]!)));
  });

  it.each(CHANGES)('$what ($code)', ({ what, code }) => {
    const { changed, back } = observed.get(what) ?? {};
    expectRefusal(changed!, code);
    expect(back?.status ?? 200).toBe(200);
  });

  it('on every gateway', async () => {
    const { client } = await house.system.addGateway();
    const world = await house.system.world();
    const ask = async () => house.saw(await client.chat(world.apiKey, world.modelName));
    expect([(await house.chat(world)).status, (await ask()).status]).toEqual([200, 200]);
    expectRefusal(await askAfter(() => patch(ofKey(world), { status: 'disabled' }), ask), 'api_key_disabled');
  });
});

describe('a request that runs', () => {
  it('is charged at the prices of its admission; the next one at the new ones', async () => {
    const world = await house.system.world({ upstreamModel: 'fake@usage:120:30+gap:300' });
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('Hello');
    const prices = { inputPerMillion: '1', outputPerMillion: '1' };
    await house.system.admin.patch(`/models/${world.modelName}`, { prices });
    await house.system.settled();
    expect(stream.isEnded).toBe(false);
    expect(await stream.end()).toMatch(/\[DONE\]\n\n$/);
    expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
    expect((await house.chat(world)).status).toBe(200);
    expect(await house.pointsOf(world)).toEqual({ available: '999.81985', held: '0' });
  });

  it('finishes although its key is reset, its model disabled and its channel deleted meanwhile', async () => {
    const world = await house.system.world({ upstreamModel: 'fake@usage:120:30+gap:300' });
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('Hello');
    const { admin } = house.system;
    await admin.call('POST', `/api-keys/${world.key.id}/reset`);
    await admin.patch(`/models/${world.modelName}`, { enabled: false });
    await admin.remove(`/channels/${world.channel.id}`);
    await house.system.settled();
    expect(stream.isEnded).toBe(false);
    expect(await stream.end()).toMatch(/\[DONE\]\n\n$/);
    expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
  });
});
