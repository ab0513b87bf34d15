import { type AdminChannel, uniqueName, untilHolds, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();

function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, ...options });
}

/** The channel as administrators see it, once it is as expected. */
function seen({ channel }: World, expected: object): Promise<AdminChannel> {
  return untilHolds(async () => {
    const shown = await house.system.admin.get<AdminChannel>(`/channels/${channel.id}`);
    expect(shown).toMatchObject(expected);
    return shown;
  });
}

const keysOf = (...values: string[]) => ({ keys: values.map((value) => ({ value, weight: 1 })) });
const upstreamKeys = async () => (await house.system.upstream.requests()).map(({ keyFingerprint }) => keyFingerprint);

describe('a key that is refused', () => {
  it.each([
    ['error:invalid_api_key', 'key_refused'],
    ['error:insufficient_quota', 'out_of_credit'],
    ['error:billing_hard_limit_reached', 'out_of_credit'],
  ])('with %s is disabled at once, is never sent again, and shown as %s', async (directive, reason) => {
    const world = await worldWith('usage:1:1', { channel: keysOf(`sk-bad@${directive}`, 'sk-good') });
    for (let count = 0; count < 12; count += 1) expect((await house.chat(world)).status).toBe(200);
    const bad = (await house.system.upstream.requests()).filter(
      ({ body, status }) =>
        (body as { model: string }).model === world.channel.models[world.modelName] && status !== 200,
    );
    expect(bad.length).toBeLessThanOrEqual(1);
    if (bad.length === 1)
      await seen(world, {
        keys: [
          { state: 'disabled', reason },
          { state: 'active', reason: null },
        ],
      });
  });

  it('and is the only one leaves channel_key_unavailable, not to be repeated, until an administrator enables it', async () => {
    const world = await worldWith('usage:1:1', {
      channel: keysOf(`sk-${uniqueName('key')}@error:invalid_api_key+times:1`),
    });
    expectRefusal(await house.chat(world), 'channel_key_unavailable');
    expectRefusal(await house.chat(world), 'channel_key_unavailable');
    const { keys } = await seen(world, { keys: [{ state: 'disabled', reason: 'key_refused', enabled: true }] });
    const until = Date.parse(keys[0]!.until!) - Date.now();
    expect(until).toBeGreaterThan(20_000);
    expect(until).toBeLessThan(34_000);
    const path = `/channels/${world.channel.id}/keys/${keys[0]!.id}`;
    expect(await house.system.admin.patch(path, { enabled: true })).toMatchObject({ state: 'active', until: null });
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
    await seen(world, { keys: [{ state: 'active', reason: null, until: null }] });
  });

  it('is known to another gateway without its asking', async () => {
    const other = await house.system.addGateway();
    const key = `sk-${uniqueName('key')}@error:invalid_api_key`;
    const world = await worldWith('usage:1:1', { channel: keysOf(key) });
    expectRefusal(await house.chat(world), 'channel_key_unavailable');
    await seen(world, { keys: [{ state: 'disabled' }] });
    await house.system.settled();
    await house.system.upstream.mark();
    const answer = house.saw(await other.client.chat(world.apiKey, world.modelName));
    expectRefusal(answer, 'channel_key_unavailable');
    expect(await upstreamKeys()).toEqual([]);
    await other.program.stop();
  });
});

describe('a key that has sent too much', () => {
  it('rests as long as the upstream asks, clients are told how long, and no request is wasted on it', async () => {
    const world = await worldWith('status:429+retry-after:30+times:1');
    expect(expectRefusal(await house.chat(world), 'upstream_saturated')).toBe(30);
    await house.system.upstream.mark();
    const wait = expectRefusal(await house.chat(world), 'upstream_saturated') ?? 0;
    expect(wait).toBeGreaterThan(27);
    expect(wait).toBeLessThanOrEqual(33);
    expect(await upstreamKeys()).toEqual([]);
    await seen(world, { keys: [{ state: 'cooling', reason: 'rate_limited' }] });
  });

  it('leaves its channel’s other keys in', async () => {
    const world = await worldWith('usage:1:1', { channel: keysOf('sk-busy@status:429+retry-after:30', 'sk-free') });
    for (let count = 0; count < 10; count += 1) expect((await house.chat(world)).status).toBe(200);
  });

  it('is used again when its time is over', async () => {
    const world = await worldWith('status:429+retry-after:1+times:1');
    expectRefusal(await house.chat(world), 'upstream_saturated');
    await new Promise((done) => setTimeout(done, 1_200));
    expect((await house.chat(world)).status).toBe(200);
    await seen(world, { keys: [{ state: 'active', reason: null }] });
  });
});

describe('a channel that fails', () => {
  it('is open after five failures, answers at once that it will be tried again, and is closed by its first success', async () => {
    const world = await worldWith('status:500+times:5');
    for (let count = 0; count < 5; count += 1) expectRefusal(await house.chat(world), 'upstream_failed');
    const refusal = await house.chat(world);
    expect([refusal.status, refusal.headers.get('x-should-retry'), refusal.headers.get('retry-after')]).toEqual([
      ...[503, 'true', expect.stringMatching(/^[12]$/)],
    ]);
    expect(refusal.body).toMatchObject({ error: { code: 'channel_unavailable' } });
    await seen(world, { health: [{ state: 'open', reason: 'failing' }] });
    const metrics = await (await fetch(house.system.metricsUrl)).text();
    expect(metrics).toContain(`tokenbay_channel_breakers{channel="${world.channel.id}",state="open"} 1`);
    await new Promise((done) => setTimeout(done, 1_200));
    expect((await house.chat(world)).status).toBe(200);
    await seen(world, { health: [] });
  });

  it('is not open for what its clients did wrong', async () => {
    const world = await worldWith('error:invalid_value+times:20');
    for (let count = 0; count < 20; count += 1) expectRefusal(await house.chat(world), 'invalid_request');
    expect((await house.chat(world)).status).toBe(200);
  });

  it('in the middle of its streams is open as well', async () => {
    const world = await worldWith('error-event:3');
    for (let count = 0; count < 5; count += 1) {
      const { status, events } = await house.chat(world, { stream: true });
      expect([status, events.at(-1)]).toEqual([200, { error: expect.objectContaining({ code: 'upstream_failed' }) }]);
    }
    expect((await house.chat(world, { stream: true })).status).toBe(503);
  });

  it('to serve one model is left alone for that model, and serves its others', async () => {
    const other = (await house.system.admin.createModel()).name;
    const world = await worldWith('error:model_not_found');
    await house.system.admin.patch(`/channels/${world.channel.id}`, { models: { [other]: 'fake@usage:1:1' } });
    await house.system.settled();
    expectRefusal(await house.chat(world), 'channel_unavailable');
    await seen(world, { health: [{ state: 'disabled', reason: 'model_refused' }] });
    await house.system.upstream.mark();
    expectRefusal(await house.chat(world), 'channel_unavailable');
    expect(await upstreamKeys()).toEqual([]);
    expect((await house.chat({ ...world, modelName: other })).status).toBe(200);
  });
});

describe('a conversation', () => {
  it('stays at one channel and key, and another one may be elsewhere', async () => {
    const world = await worldWith('usage:1:1', { channel: keysOf('sk-1', 'sk-2') });
    for (let count = 0; count < 3; count += 1) {
      const models = { [world.modelName]: `${uniqueName('fake')}@usage:1:1` };
      await house.system.admin.createChannel({
        baseUrl: house.system.upstream.baseUrl,
        models,
        ...keysOf('sk-3', 'sk-4'),
      });
    }
    await house.system.settled();
    const placesOf = async (fields: (turn: number) => object) => {
      await house.system.upstream.mark();
      for (let turn = 0; turn < 12; turn += 1) expect((await house.chat(world, fields(turn))).status).toBe(200);
      const seenThere = await house.system.upstream.requests();
      return new Set(
        seenThere.map(({ body, keyFingerprint }) => `${(body as { model: string }).model} ${keyFingerprint}`),
      );
    };
    expect((await placesOf(() => ({ prompt_cache_key: 'conversation-1' }))).size).toBe(1);
    expect((await placesOf(() => ({ user: 'user-1' }))).size).toBe(1);
    const long = { role: 'user', content: `Once ${'x'.repeat(5_000)}` };
    const more = { role: 'assistant', content: 'And then?' };
    const turns = (turn: number) => ({
      messages: [long, ...Array.from({ length: turn * 2 }, (_, at) => (at % 2 ? long : more))],
    });
    expect((await placesOf(turns)).size).toBe(1);
    expect((await placesOf((turn) => ({ prompt_cache_key: `conversation-${turn}` }))).size).toBeGreaterThan(3);
  });
});
