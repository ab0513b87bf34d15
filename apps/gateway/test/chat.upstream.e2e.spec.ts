import { findFreePort, uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode, type RefusalForm } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
/** Of calls that hang, and only of them: a busy machine is slower than that. */
const SHORT = { connectTimeoutMs: 5_000, firstByteTimeoutMs: 400, idleTimeoutMs: 400, totalTimeoutMs: 1_500 };
const BOUND_MS = 15_000;

/** A world whose upstream behaves so. */
function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, ...options });
}

async function expectUncharged(world: World): Promise<void> {
  expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
}

describe('what an upstream answers instead of a completion', () => {
  const failures: [directives: string, code: RefusalCode, form?: RefusalForm][] = [
    ['status:500', 'upstream_failed'],
    ['status:502', 'upstream_failed'],
    ['error:service_unavailable', 'upstream_failed'],
    ['status:408', 'upstream_failed'],
    ['error-body', 'upstream_failed'],
    ['reset-headers', 'upstream_failed'],
    ['status:429', 'upstream_saturated'],
    ['status:529', 'upstream_saturated'],
    ['error:insufficient_quota', 'channel_key_unavailable'],
    ['error:invalid_api_key', 'channel_key_unavailable'],
    ['error:billing_hard_limit_reached', 'channel_key_unavailable'],
    ['status:402', 'channel_key_unavailable'],
    ['error:model_not_found', 'channel_unavailable'],
    ['error:unsupported_country_region_territory', 'channel_unavailable'],
    ['redirect', 'channel_unavailable'],
    ['html', 'response_parse_failed'],
    ['empty', 'response_parse_failed'],
    ['invalid-json', 'response_parse_failed'],
    ['gzip-bomb', 'response_parse_failed'],
    [
      'error:context_length_exceeded',
      'context_length_exceeded',
      { message: /maximum context length/, param: 'messages' },
    ],
    ['error:content_policy_violation', 'content_policy_violation', { message: /safety system/ }],
    ['error:content_filter', 'content_policy_violation', { param: 'prompt' }],
    ['error:invalid_value', 'invalid_request', { message: /'temperature'/, param: 'temperature' }],
    ['error:unsupported_parameter', 'invalid_request', { message: /'max_completion_tokens'/, param: 'max_tokens' }],
    ['hang-headers', 'upstream_timeout'],
  ];

  it.each(failures)(
    '%s is answered with %s, plain and streamed, and costs nothing',
    async (directives, code, form = {}) => {
      const world = await worldWith(directives, { channel: code === 'upstream_timeout' ? SHORT : {} });
      const startedAtMs = performance.now();
      for (const answer of await Promise.all([house.chat(world), house.chat(world, { stream: true })]))
        expectRefusal(answer, code, form);
      expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS);
      await expectUncharged(world);
    },
  );

  const brokenBodies: [directives: string, code: RefusalCode][] = [
    ['cut-bytes:60', 'upstream_failed'],
    ['reset-bytes:60', 'upstream_failed'],
    ['hang-bytes:60', 'upstream_timeout'],
    ['slow', 'upstream_timeout'],
    ['endless', 'response_parse_failed'],
    ['invalid-utf8', 'response_parse_failed'],
  ];

  it.each(brokenBodies)('a plain body that is %s is answered with %s within its limits', async (directives, code) => {
    const world = await worldWith(directives, { channel: code === 'upstream_timeout' ? SHORT : {} });
    const startedAtMs = performance.now();
    expectRefusal(await house.chat(world), code);
    expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS);
    await expectUncharged(world);
  });

  it('is upstream_failed where nobody listens', async () => {
    const baseUrl = `http://127.0.0.1:${await findFreePort()}/v1`;
    expectRefusal(await house.chat(await house.system.world({ channel: { baseUrl } })), 'upstream_failed');
  });

  it('tells the wait that the upstream told, and not to retry where it is long', async () => {
    const brief = await worldWith('status:429+retry-after:7');
    expect(expectRefusal(await house.chat(brief), 'upstream_saturated')).toBe(7);
    const long = await worldWith('status:429+retry-after:120');
    expect(expectRefusal(await house.chat(long), 'upstream_saturated')).toBe(120);
  });

  it('shows nothing of the upstream’s headers', async () => {
    const { headers } = await house.chat(await worldWith('usage:1:1'));
    const foreign = [...headers.keys()].filter((name) => /^(openai-|server$|set-cookie$|x-ratelimit|cf-)/.test(name));
    expect(foreign).toEqual([]);
  });
});

describe('a channel at its concurrency limit', () => {
  it('is upstream_saturated to the request that finds no room, and free again afterwards', async () => {
    const world = await worldWith('delay:2000', { channel: { concurrencyMax: 1 } });
    const first = house.chat(world);
    const isUnderWay = async () => (await house.system.upstream.stats()).inFlight > 0;
    await house.system.gatewayProcess.waitUntil(isUnderWay, BOUND_MS);
    expectRefusal(await house.chat(world, { stream: true }), 'upstream_saturated');
    expect((await first).status).toBe(200);
    expect((await house.chat(world, { stream: true })).status).toBe(200);
  });
});

describe('a second channel', () => {
  /** A world with a channel that fails, and another one of lower priority that does not. */
  async function worldWithSpare(directives: string, fields: object = {}): Promise<World> {
    const world = await worldWith(directives, { channel: { priority: 1, ...SHORT, ...fields } });
    const models = { [world.modelName]: `${uniqueName('spare')}@usage:10:5` };
    await house.system.admin.createChannel({ baseUrl: house.system.upstream.baseUrl, models, priority: 0 });
    await house.system.settled();
    await house.system.upstream.mark();
    return world;
  }

  it.each([
    'status:500',
    'status:429',
    'error:invalid_api_key',
    'error:model_not_found',
    'redirect',
    'html',
    'error-body',
    'reset-headers',
    'cut-bytes:60',
    'hang-headers',
    'hang-bytes:60',
  ])('answers when the first one does %s, and its answer alone is charged', async (directives) => {
    const world = await worldWithSpare(directives);
    const { status, requestId, content } = await house.chat(world);
    expect({ status, requestId, content }).toMatchObject({ status: 200, content: expect.stringMatching(/^Hello/) });
    expect(await house.pointsOf(world)).toEqual({ available: '999.98', held: '0' });
    expect(await house.system.upstream.requests()).toHaveLength(2);
  });

  it.each(['error-event', 'status:500', 'end-after:0', 'reset-bytes:10', 'html', 'hang-headers', 'hang-bytes:10'])(
    'streams when the first one does %s before its first event',
    async (directives) => {
      const world = await worldWithSpare(directives);
      const answer = await house.chat(world, { stream: true });
      expect([answer.status, answer.events.at(-1)]).toEqual([200, '[DONE]']);
      expect(answer.content).toMatch(/^Hello.*lost\.$/);
      expect(await house.pointsOf(world)).toEqual({ available: '999.98', held: '0' });
    },
  );

  it('answers when nobody listens at the first one', async () => {
    const world = await worldWithSpare('usage:1:1', { baseUrl: `http://127.0.0.1:${await findFreePort()}/v1` });
    expect((await house.chat(world)).status).toBe(200);
  });

  it.each<[directives: string, code: RefusalCode]>([
    ['error:invalid_value', 'invalid_request'],
    ['error:context_length_exceeded', 'context_length_exceeded'],
  ])('is not asked when the first one does %s', async (directives, code) => {
    const world = await worldWithSpare(directives);
    expectRefusal(await house.chat(world), code);
    expect(await house.system.upstream.requests()).toHaveLength(1);
    await expectUncharged(world);
  });

  it('of the same channel’s keys is used when the first key is refused', async () => {
    const keys = ['sk-a@error:invalid_api_key', 'sk-b@error:insufficient_quota', 'sk-c@usage:10:5'];
    const channel = { keys: keys.map((value) => ({ value, weight: 1 })) };
    const world = await house.system.world({ channel });
    const statuses = [];
    for (let round = 0; round < 5; round++) statuses.push((await house.chat(world)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });

  it('is no help when it fails as well: the failure that may pass comes first', async () => {
    const world = await worldWith('error:invalid_api_key', { channel: { priority: 1 } });
    const models = { [world.modelName]: `${uniqueName('spare')}@status:429+retry-after:3` };
    await house.system.admin.createChannel({ baseUrl: house.system.upstream.baseUrl, models });
    await house.system.settled();
    expect(expectRefusal(await house.chat(world), 'upstream_saturated')).toBe(3);
    await expectUncharged(world);
  });
});

describe('the log', () => {
  it('holds no prompt, no answer, no secret and no upstream host, whatever went wrong', async () => {
    const { port } = new URL(house.system.upstream.baseUrl);
    const worlds: World[] = [];
    for (const directives of [
      'echo',
      'status:500',
      'error:invalid_api_key',
      'echo+cut-bytes:700',
      'reset-headers',
      'html',
    ])
      worlds.push(await worldWith(directives));
    const unreachable = await findFreePort();
    worlds.push(await house.system.world({ channel: { baseUrl: `http://127.0.0.1:${unreachable}/v1` } }));
    const messages = [{ role: 'user', content: 'canary-prompt' }];
    for (const world of worlds) for (const stream of [false, true]) await house.chat(world, { messages, stream });
    const logs = house.system.logs();
    expect(logs).toContain('upstream_failed');
    const canaries = ['canary-prompt', 'sk-upstream-canary', 'just a moment', `:${port}`, String(unreachable)];
    for (const canary of [...canaries, ...worlds.map(({ apiKey }) => apiKey)])
      expect({ canary, isLogged: logs.toLowerCase().includes(canary.toLowerCase()) }).toEqual({
        canary,
        isLogged: false,
      });
  });
});
