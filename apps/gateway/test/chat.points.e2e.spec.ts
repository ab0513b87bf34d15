import { uniqueName, untilHolds, type ChatAnswer, type Fields, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { openStream } from './open-stream.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const BY_REQUEST = { prices: { perRequest: '1' } };
/** One point per token of output, nothing for input: a balance in points is an output limit in tokens. */
const BY_OUTPUT = { prices: { inputPerMillion: '0', outputPerMillion: '1000000' }, outputTokensMax: 2_000 };
const CALLERS = 200;
const LONG = { messages: [{ role: 'user', content: 'Hello '.repeat(50) }] };

function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, ...options });
}

/** Sends many requests at once; answers how many succeeded, after every other one was seen to be refused with the code. */
async function race(world: World, code: RefusalCode, fields: object = {}): Promise<number> {
  await house.system.upstream.mark();
  const answers = await Promise.all(Array.from({ length: CALLERS }, () => house.chat(world, fields)));
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) expectRefusal(answer, code);
  expect(await house.system.upstream.requests()).toHaveLength(CALLERS - refused.length);
  return CALLERS - refused.length;
}

describe('200 requests at once', () => {
  it.each([false, true])(
    'against a balance that pays for exactly 20: 20 succeed, and it ends at zero (stream: %s)',
    async (stream) => {
      const world = await worldWith('delay:50', { points: '20', model: BY_REQUEST });
      expect(await race(world, 'account_point_insufficient', { stream })).toBe(20);
      expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
    },
  );

  it('against a balance that pays for exactly 20 at token prices: 20 succeed, and it ends at zero', async () => {
    const name = uniqueName('model');
    const fields = { max_tokens: 100 };
    const bytes = JSON.stringify({ model: name, messages: [{ role: 'user', content: 'Hello' }], ...fields }).length;
    const micropoints = 20 * (bytes * 1_000 + 100 * 2_000);
    const world = await worldWith(`usage:${bytes}:100`, { points: String(micropoints / 1_000_000), model: { name } });
    expect(await race(world, 'account_point_insufficient', fields)).toBe(20);
    expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
  });

  it('over two gateways against a balance that pays for exactly 20: 20 succeed, and it ends at zero', async () => {
    const { client } = await house.system.addGateway();
    const world = await worldWith('delay:50', { points: '20', model: BY_REQUEST });
    const clients = [house.system.gateway, client];
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, async (_, index) =>
        house.saw(await clients[index % 2]!.chat(world.apiKey, world.modelName)),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(answers.filter(({ code }) => code === 'account_point_insufficient')).toHaveLength(180);
    expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
  });

  it('against a key’s quota for exactly 20: 20 succeed, and nothing of it is left', async () => {
    const world = await worldWith('usage:1:1', { model: BY_REQUEST, key: { pointQuota: '20' } });
    expect(await race(world, 'api_key_point_insufficient')).toBe(20);
    const key = await house.system.admin.get(`/api-keys/${world.key.id}`);
    expect(key).toMatchObject({ pointsUsed: '20', pointsRemaining: '0', pointsHeld: '0' });
    expect(await house.pointsOf(world)).toEqual({ available: '980', held: '0' });
  });

  it('against a periodic limit of a key for exactly 20: 20 succeed, and the period is used up', async () => {
    const pointLimits = [{ period: 'month', points: '20' }];
    const world = await worldWith('usage:1:1', { model: BY_REQUEST, key: { pointLimits } });
    expect(await race(world, 'api_key_point_limit_exceeded')).toBe(20);
    const key = await house.system.admin.get(`/api-keys/${world.key.id}`);
    expect(key).toMatchObject({ pointLimits: [{ period: 'month', used: '20', held: '0' }] });
    expect(await house.pointsOf(world)).toEqual({ available: '980', held: '0' });
  });
});

describe('a completed request', () => {
  const tiers = { prices: { ...tokens('1', '0'), tiers: [{ aboveInputTokens: 100, ...tokens('2', '0') }] } };
  const tiered = { prices: { ...tokens('1', '2'), serviceTiers: { flex: '0.5' } } };

  it.each<[what: string, usage: string, micropoints: number, model: Fields, fields: object]>([
    ['input and output', 'usage:120:30', 180_000, {}, {}],
    ['cached input', 'usage:120:30:100', 90_000, {}, {}],
    ['reasoning, which is output', 'usage:120:30:0:25', 180_000, {}, {}],
    ['nothing', 'usage:0:0+words:0', 0, {}, {}],
    [
      'tokens and the request',
      'usage:3:1+words:1',
      1_005_000,
      { prices: { ...tokens('1000', '2000'), perRequest: '1' } },
      {},
    ],
    ['a fraction, rounded up', 'usage:1:0+words:0', 1, { prices: tokens('0.000001', '0') }, {}],
    ['a sum, rounded up once', 'usage:7:3', 8, { prices: tokens('1', '0.333333333') }, {}],
    ['the higher price tier', 'usage:101:2', 202, tiers, LONG],
    ['the lower price tier', 'usage:100:2', 100, tiers, LONG],
    ['three choices', 'usage:10:90', 190_000, {}, { n: 3 }],
    ['a service tier', 'usage:10:10', 15, tiered, { service_tier: 'flex' }],
  ])('is charged for %s (%s: %d micropoints), plain and streamed', async (_, usage, micropoints, model, fields) => {
    const world = await worldWith(usage, { model });
    house.saw(await house.system.gateway.chat(world.apiKey, world.modelName, fields), micropoints);
    house.saw(await house.system.gateway.chat(world.apiKey, world.modelName, { ...fields, stream: true }), micropoints);
    const { available, held } = await house.pointsOf(world);
    expect([Math.round((1_000 - Number(available)) * 1_000_000), held]).toEqual([2 * micropoints, '0']);
  });

  it('costs by its group’s multiplier, rounded up once', async () => {
    const { name: group } = await house.system.admin.createGroup({ priceMultiplier: '0.333333' });
    const world = await worldWith('usage:120:30', { account: { group }, channel: { groups: [group] } });
    house.saw(await house.system.gateway.chat(world.apiKey, world.modelName), 60_000);
    expect(await house.pointsOf(world)).toEqual({ available: '999.94', held: '0' });
  });

  it('of a model that is free needs no points at all', async () => {
    const world = await worldWith('usage:120:30', { points: '0.000001', model: { prices: tokens('0', '0') } });
    expect((await house.chat(world)).status).toBe(200);
    expect(await house.pointsOf(world)).toEqual({ available: '0.000001', held: '0' });
  });

  it('whose usage nobody reported is counted, the same plain and streamed', async () => {
    const world = await worldWith('no-usage');
    const spent = [];
    for (const stream of [false, true]) {
      const before = Number((await house.pointsOf(world)).available);
      expect((await house.chat(world, { stream })).status).toBe(200);
      spent.push(Math.round((before - Number((await house.pointsOf(world)).available)) * 1_000_000));
    }
    expect(spent[0]).toBe(spent[1]);
    // One token of input and some twenty-four of output.
    expect(spent[0]).toBeGreaterThanOrEqual(1_000 + 20 * 2_000);
    expect(spent[0]).toBeLessThanOrEqual(10_000 + 30 * 2_000);
  });

  it.each([
    'usage:-5:1.5',
    'usage:5:-1000000',
    'usage:1e18:5',
    'usage:9000000:9000000',
    'usage:1:1:500',
    'usage:1e400:1',
  ])('never costs more than was held, nor less than nothing, when it reports %s', async (usage) => {
    const world = await worldWith(usage, { points: '3' });
    for (const stream of [false, true]) expect((await house.chat(world, { stream, max_tokens: 10 })).status).toBe(200);
    const { available, held } = await house.pointsOf(world);
    const bytes = JSON.stringify({
      model: world.modelName,
      messages: [{ role: 'user', content: 'Hello' }],
      stream: false,
      max_tokens: 10,
    }).length;
    expect(held).toBe('0');
    expect(Number(available)).toBeLessThanOrEqual(3);
    expect(Number(available)).toBeGreaterThanOrEqual(3 - (2 * (bytes * 1_000 + 10 * 2_000)) / 1_000_000);
  });
});

describe('the output limit', () => {
  const limited = (answer: ChatAnswer) => answer.headers.get('x-output-tokens-limited');
  const sent = async () => (await house.system.upstream.requests()).map(({ body }) => body as Record<string, unknown>);

  it.each<[points: string, fields: object, expected: object]>([
    ['300', {}, { max_tokens: 300 }],
    ['300.999999', { max_tokens: 500 }, { max_tokens: 300 }],
    ['300', { max_completion_tokens: 500 }, { max_completion_tokens: 300 }],
    ['601', { n: 2 }, { max_tokens: 300 }],
    ['256', { stream: true }, { max_tokens: 256 }],
  ])('is lowered to what %s points pay for with %j, and the client is told', async (points, fields, expected) => {
    const world = await worldWith('words:3', { points, model: BY_OUTPUT });
    await house.system.upstream.mark();
    const answer = await house.chat(world, fields);
    expect([answer.status, limited(answer)]).toEqual([200, String(Object.values(expected)[0])]);
    const [body] = await sent();
    const { max_tokens, max_completion_tokens } = body ?? {};
    expect({ max_tokens, max_completion_tokens }).toEqual({
      max_tokens: undefined,
      max_completion_tokens: undefined,
      ...expected,
    });
  });

  it.each<[points: string, fields: object]>([
    ['255.999999', {}],
    ['99', { max_tokens: 100 }],
    ['511', { n: 2 }],
    ['1255', { thinking: { type: 'enabled', budget_tokens: 1_000 } }],
  ])('is not lowered below the least that makes sense: %s points with %j are refused', async (points, fields) => {
    const world = await worldWith('words:3', { points, model: BY_OUTPUT });
    expectRefusal(await house.chat(world, fields), 'account_point_insufficient');
    expect(await house.pointsOf(world)).toEqual({ available: points, held: '0' });
  });

  it('is left alone where the points suffice', async () => {
    const world = await worldWith('words:3', { points: '100', model: BY_OUTPUT });
    await house.system.upstream.mark();
    const answer = await house.chat(world, { max_tokens: 100 });
    expect([answer.status, limited(answer), (await sent())[0]?.['max_tokens']]).toEqual([200, null, 100]);
  });

  it('is lowered to what a key’s quota or period leaves as well', async () => {
    for (const key of [{ pointQuota: '300' }, { pointLimits: [{ period: 'month', points: '300' }] }])
      expect(limited(await house.chat(await worldWith('words:3', { model: BY_OUTPUT, key })))).toBe('300');
  });
});

describe('a client that leaves', () => {
  async function untilQuiet(world: World): Promise<void> {
    await untilHolds(async () => expect(await house.pointsOf(world)).toMatchObject({ held: '0' }));
  }

  it('in the middle of a stream pays what the upstream reports at its end', async () => {
    const world = await worldWith('usage:120:30+gap:20');
    await house.system.upstream.mark();
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('Hello');
    stream.leave();
    await untilQuiet(world);
    expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
    expect(await house.system.upstream.requests()).toMatchObject([{ isComplete: true, clientLeft: false }]);
  });

  it('before its answer has begun pays as well, and no other channel is tried for it', async () => {
    for (const stream of [false, true]) {
      const world = await worldWith('usage:120:30+delay:2000');
      const body = { model: world.modelName, messages: [{ role: 'user', content: 'Hello' }], stream };
      const client = new AbortController();
      const leaving = fetch(`${house.system.gatewayUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: client.signal,
      });
      const isUnderWay = async () => expect((await house.system.upstream.stats()).inFlight).toBeGreaterThan(0);
      await untilHolds(isUnderWay).finally(() => client.abort());
      await expect(leaving).rejects.toThrow();
      await untilQuiet(world);
      expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
    }
  });
});

function tokens(inputPerMillion: string, outputPerMillion: string): object {
  return { inputPerMillion, outputPerMillion };
}
