import { uniqueName, untilHolds, type HttpAnswer, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { openStream } from './open-stream.js';
import { useSystem } from './use-system.js';

const house = useSystem();

function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, ...options });
}

const receiptOf = (apiKey: string, requestId: string | null): Promise<HttpAnswer> =>
  house.system.gateway.request(`/v1/usage/${requestId}`, apiKey);

/** The receipt of one chat request. */
async function receiptFor(world: World, fields: object = {}): Promise<unknown> {
  const { requestId } = await house.chat(world, fields);
  const { status, body } = await receiptOf(world.apiKey, requestId);
  expect(status).toBe(200);
  return body;
}

interface Receipt {
  readonly created_at: string;
  readonly held_points: string;
  readonly lines: readonly { readonly points: string }[];
}

describe('the receipt of a request', () => {
  it.each([false, true])('says what was used, what it cost and why (stream: %s)', async (stream) => {
    const { name: group } = await house.system.admin.createGroup({ priceMultiplier: '1.5' });
    const world = await worldWith('usage:120:30:100:20', { account: { group }, channel: { groups: [group] } });
    const before = Date.now();
    const { requestId } = await house.chat(world, { stream, max_tokens: 200 });
    const { body } = await receiptOf(world.apiKey, requestId);
    const bytes = JSON.stringify({
      model: world.modelName,
      messages: [{ role: 'user', content: 'Hello' }],
      stream,
      max_tokens: 200,
    }).length;
    expect(body).toEqual({
      request_id: requestId,
      account_id: world.account.id,
      api_key_id: world.key.id,
      model: world.modelName,
      channel_id: world.channel.id,
      dialect: 'openai',
      stream,
      status: 200,
      code: null,
      outcome: 'completed',
      tokens: { input: 20, cached_input: 100, cache_write: 0, output: 30, reasoning: 20 },
      usage_source: 'reported',
      held_points: expect.any(String),
      charge_points: '0.135',
      price_version: 1,
      multiplier: '1.5',
      lines: [
        { kind: 'inputPerMillion', quantity: 20, unit_price: '1000', points: expect.any(String) },
        { kind: 'cachedInputPerMillion', quantity: 100, unit_price: '100', points: expect.any(String) },
        { kind: 'outputPerMillion', quantity: 30, unit_price: '2000', points: expect.any(String) },
      ],
      attempts: [
        {
          channel_id: world.channel.id,
          key_id: world.channel.keys[0]?.id,
          status: 200,
          ms: expect.any(Number),
          reason: null,
        },
      ],
      latency_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      created_at: expect.any(String),
    });
    const { created_at, held_points, lines } = body as Receipt;
    // What it may cost at most, and on top input that nobody announced: 256 tokens at least, a hundredth of what is left at most.
    const worst = (1.5 * (bytes * 1_000 + 200 * 2_000)) / 1_000_000;
    expect(Number(held_points)).toBeGreaterThanOrEqual(worst + (1.5 * 256 * 1_000) / 1_000_000);
    expect(Number(held_points)).toBeLessThanOrEqual(worst + 10);
    expect(Math.abs(Date.parse(created_at) - before)).toBeLessThan(30_000);
    const sum = lines.reduce((total, { points }) => total + Number(points), 0);
    expect([0.09, 0.135].some((expected) => Math.abs(sum - expected) < 1e-9)).toBe(true);
  });

  it('names the price version of its admission', async () => {
    const world = await worldWith('usage:1:1');
    await house.system.admin.patch(`/models/${world.modelName}`, { prices: { perRequest: '2' } });
    await house.system.settled();
    expect(await receiptFor(world)).toMatchObject({
      price_version: 2,
      charge_points: '2',
      lines: expect.arrayContaining([{ kind: 'perRequest', quantity: 1, unit_price: '2', points: '2' }]),
    });
  });

  it('is marked estimated where the upstream reports no usage', async () => {
    const world = await worldWith('no-usage');
    for (const stream of [false, true])
      expect(await receiptFor(world, { stream })).toMatchObject({
        usage_source: 'estimated',
        outcome: 'completed',
        tokens: { input: 1 },
      });
  });

  it('pays for all that was predicted and rejected out of what was held, and suspects nothing', async () => {
    const world = await worldWith('usage:20:1500');
    const prediction = { type: 'content', content: 'x'.repeat(500) };
    for (const stream of [false, true]) {
      const receipt = await receiptFor(world, { stream, prediction });
      expect(receipt).toMatchObject({ usage_source: 'reported', tokens: { output: 1_500 }, charge_points: '3.02' });
      expect(Number((receipt as { held_points: string }).held_points)).toBeGreaterThanOrEqual(3.02);
    }
  });

  it.each(['usage:-5:3', 'usage:1.5:3', 'usage:9000000:1', 'usage:5:1001', 'usage:5:5:6'])(
    'is marked suspect, and charged no more than was held, where the upstream reports %s',
    async (usage) => {
      const world = await worldWith(usage);
      for (const stream of [false, true]) {
        const receipt = await receiptFor(world, { stream });
        expect(receipt).toMatchObject({ usage_source: 'suspect', outcome: 'completed' });
        const { charge_points: charge, held_points: held } = receipt as { charge_points: string; held_points: string };
        expect(Number(charge)).toBeGreaterThanOrEqual(0);
        expect(Number(charge)).toBeLessThanOrEqual(Number(held));
      }
    },
  );

  it('lists every try, and charges for the last one alone', async () => {
    const world = await worldWith('status:500', { channel: { priority: 2 } });
    const models = { [world.modelName]: 'fake@usage:10:5' };
    const spare = await house.system.admin.createChannel({ baseUrl: house.system.upstream.baseUrl, models });
    await house.system.settled();
    const receipt = await receiptFor(world);
    expect(receipt).toMatchObject({
      channel_id: spare.id,
      charge_points: '0.02',
      attempts: [
        { channel_id: world.channel.id, status: 500, reason: expect.stringMatching(/\S/) },
        { channel_id: spare.id, status: 200, reason: null },
      ],
    });
    expect(JSON.stringify(receipt)).not.toMatch(/sk-|127\.0\.0\.1|localhost/);
  });

  it('of a request that failed upstream says so and costs nothing', async () => {
    const world = await worldWith('status:500');
    expect(await receiptFor(world)).toMatchObject({
      outcome: 'failed',
      status: 500,
      code: 'upstream_failed',
      charge_points: '0',
      attempts: [{ status: 500 }],
    });
  });

  it('of a stream that broke in the middle says so and costs nothing', async () => {
    const world = await worldWith('error-event:6');
    expect(await receiptFor(world, { stream: true })).toMatchObject({
      outcome: 'failed',
      code: 'upstream_failed',
      charge_points: '0',
      stream: true,
    });
  });

  it('of a client that left says so and costs what the upstream reported', async () => {
    const world = await worldWith('usage:120:30+gap:150');
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('Hello');
    stream.leave();
    const paid = { outcome: 'client_left', usage_source: 'reported', charge_points: '0.18' };
    await untilHolds(async () => expect((await receiptOf(world.apiKey, stream.requestId)).body).toMatchObject(paid));
  });
});

describe('no receipt', () => {
  it('exists for a request that was refused', async () => {
    const world = await worldWith('usage:1:1', { points: '0.000001' });
    for (const answer of [
      await house.chat(world),
      await house.chat(world, { model: 'gone' }),
      await house.chat(world, { messages: [] }),
    ])
      expectRefusal(await receiptOf(world.apiKey, answer.requestId), 'usage_not_found');
  });

  it('is shown to another key, not even of the same account', async () => {
    const world = await worldWith('usage:1:1');
    const { requestId } = await house.chat(world);
    const sibling = await house.system.admin.createKey(world.account.id);
    const stranger = await worldWith('usage:1:1');
    for (const key of [sibling.key, stranger.apiKey]) expectRefusal(await receiptOf(key, requestId), 'usage_not_found');
    expect((await receiptOf(world.apiKey, requestId)).status).toBe(200);
  });

  it.each(['01a1b2c3-0000-7000-8000-000000000001', 'x', '%00', "'--", '0'.repeat(500)])(
    'is found under %s',
    async (requestId) => {
      const world = await worldWith('usage:1:1');
      expectRefusal(await receiptOf(world.apiKey, requestId), 'usage_not_found');
    },
  );

  it('is shown without credentials', async () => {
    expectRefusal(await house.system.gateway.request('/v1/usage/x', null), 'api_key_missing');
  });
});
