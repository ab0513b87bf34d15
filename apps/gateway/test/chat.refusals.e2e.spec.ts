import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();

interface Refusal {
  code: RefusalCode;
  when: string;
  world: WorldOptions;
  fields?: object;
}

const PRICE_PER_REQUEST = { perRequest: '1' };

describe('a request for a model', () => {
  const refusals: Refusal[] = [
    { code: 'model_not_found', when: 'there is none of that name', world: {}, fields: { model: uniqueName('gone') } },
    { code: 'model_not_found', when: 'its name is that of a property', world: {}, fields: { model: 'constructor' } },
    { code: 'model_disabled', when: 'it is disabled', world: { model: { enabled: false } } },
    {
      code: 'model_capability_not_supported',
      when: 'it does not chat',
      world: { model: { capabilities: ['embeddings', 'image_generation'] } },
    },
    {
      code: 'model_capability_not_supported',
      when: 'chatting has no price',
      world: { model: { prices: { outputPerMillion: '1' } } },
    },
    {
      code: 'api_key_model_not_allowed',
      when: 'the key’s list lacks it',
      world: { key: { modelAllowlist: ['other'] } },
    },
    { code: 'api_key_model_not_allowed', when: 'the key denies it', world: { key: { modelDenylist: ['model-*'] } } },
    {
      code: 'api_key_model_not_allowed',
      when: 'the key both allows and denies it',
      world: { key: { modelAllowlist: ['*'], modelDenylist: ['model-*'] } },
    },
  ];

  it.each(refusals)('is refused with $code when $when', async ({ code, world: options, fields }) => {
    const world = await house.system.world(options);
    await house.system.upstream.mark();
    expectRefusal(await house.chat(world, fields), code);
    expect(await house.system.upstream.requests()).toEqual([]);
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('is refused with group_model_not_allowed when the group’s list lacks it, and served when a pattern names it', async () => {
    const { name: group } = await house.system.admin.createGroup({ models: ['other', 'mod'] });
    const world = await house.system.world({ account: { group }, channel: { groups: [group] } });
    expectRefusal(await house.chat(world), 'group_model_not_allowed');
    await house.system.admin.patch(`/groups/${group}`, { models: ['mod*'] });
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
  });
});

describe('a request that cannot be paid for', () => {
  const refusals: Refusal[] = [
    { code: 'account_point_insufficient', when: 'the account has too few points', world: { points: '0.999999' } },
    { code: 'api_key_point_insufficient', when: 'the key’s quota is too small', world: { key: { pointQuota: '0.5' } } },
    {
      code: 'api_key_point_limit_exceeded',
      when: 'a periodic limit of the key is too small',
      world: {
        key: {
          pointLimits: [
            { period: 'month', points: '50' },
            { period: 'hour', points: '0.999999' },
          ],
        },
      },
    },
  ];

  it.each(refusals)('is refused with $code when $when', async ({ code, world: options }) => {
    const world = await house.system.world({ ...options, model: { prices: PRICE_PER_REQUEST } });
    await house.system.upstream.mark();
    expectRefusal(await house.chat(world), code);
    expect(await house.system.upstream.requests()).toEqual([]);
    expect(await house.pointsOf(world)).toEqual({ available: options.points ?? '1000', held: '0' });
  });

  it('is refused when its account never had a point', async () => {
    const world = await house.system.world({ points: '1' });
    const penniless = await house.system.admin.createAccount();
    const { key } = await house.system.admin.createKey(penniless.id);
    const answer = house.saw(await house.system.gateway.chat(key, world.modelName));
    expectRefusal(answer, 'account_point_insufficient');
  });

  it('is told the true wait until the period ends, and not to retry where that is long', async () => {
    const limits = { pointLimits: [{ period: 'day', points: '0.5' }], timeZone: 'Pacific/Kiritimati' };
    const world = await house.system.world({ model: { prices: PRICE_PER_REQUEST }, key: limits });
    const answer = await house.chat(world);
    const message =
      /needs at least 1 point, more than the API key's whole limit of 0\.5 points per day: waiting does not help/;
    const seconds = expectRefusal(answer, 'api_key_point_limit_exceeded', { message }) ?? 0;
    const key = await house.system.admin.get<{ pointLimits: { resetsAt: string }[] }>(`/api-keys/${world.key.id}`);
    const waitMs = Date.parse(key.pointLimits[0]?.resetsAt ?? '') - Date.now();
    expect(Math.abs(seconds * 1000 - waitMs)).toBeLessThan(5_000);
  });

  it('is served when the last point pays for it', async () => {
    const limits = { pointQuota: '1', pointLimits: [{ period: 'hour', points: '1' }] };
    const world = await house.system.world({ points: '1', model: { prices: PRICE_PER_REQUEST }, key: limits });
    house.saw(await house.system.gateway.chat(world.apiKey, world.modelName), 1_000_000);
    expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
    expectRefusal(await house.chat(world), 'account_point_insufficient');
  });
});

describe('a request that no channel can take', () => {
  const refusals: (Refusal & { disableKeys?: boolean })[] = [
    { code: 'channel_unavailable', when: 'the only channel is disabled', world: { channel: { enabled: false } } },
    { code: 'channel_unavailable', when: 'the only channel serves other models', world: { channel: { models: {} } } },
    { code: 'channel_key_unavailable', when: 'every key of the channel is disabled', world: {}, disableKeys: true },
  ];

  it.each(refusals)('is refused with $code when $when', async ({ code, world: options, disableKeys }) => {
    const world = await house.system.world(options);
    if (disableKeys) await disableChannelKeys(world);
    expectRefusal(await house.chat(world), code);
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('is refused with channel_unavailable when the only channel is for another group', async () => {
    const { name: group } = await house.system.admin.createGroup();
    const world = await house.system.world({ channel: { groups: [group] } });
    expectRefusal(await house.chat(world), 'channel_unavailable');
    expectRefusal(await house.chat(world, { stream: true }), 'channel_unavailable');
  });

  async function disableChannelKeys({ channel }: World): Promise<void> {
    for (const { id } of channel.keys)
      await house.system.admin.patch(`/channels/${channel.id}/keys/${id}`, { enabled: false });
    await house.system.settled();
  }
});
