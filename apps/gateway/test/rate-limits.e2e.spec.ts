import type { HttpAnswer } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { useSystem } from './use-system.js';

/** More than the other tests of this file send from their one address. */
const PER_ADDRESS = 400;
const house = useSystem({
  gateway: { TRUSTED_PROXIES: '127.0.0.1/32', REQUESTS_PER_MINUTE_PER_IP: String(PER_ADDRESS) },
});

function burst<T>(count: number, send: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => send(index)));
}

/** How many answers were not refused with the code; every refusal must be in its full form. Answers the longest wait that was told. */
function countServed(answers: HttpAnswer[], code: RefusalCode): { served: number; waitSeconds: number } {
  const refused = answers.filter((answer) => answer.code === code);
  const waits = refused.map((answer) => expectRefusal(answer, code) ?? 0);
  return { served: answers.length - refused.length, waitSeconds: Math.max(0, ...waits) };
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('the limit of an address', () => {
  const from = (address: string, path = '/v1/models', key: string | null = 'sk-invented') =>
    house.system.gateway.request(path, key, { headers: { 'x-forwarded-for': address } });

  it('lets exactly its number of a burst through, credentials or not', async () => {
    const answers = await burst(PER_ADDRESS + 50, (index) =>
      from('198.51.100.1', '/v1/models', index % 2 ? null : 'x'),
    );
    const { served, waitSeconds } = countServed(answers, 'global_rate_limited');
    expect(served).toBe(PER_ADDRESS);
    expect(waitSeconds).toBeGreaterThan(50);
    expect(waitSeconds).toBeLessThanOrEqual(60);
  });

  it('is an address’s own: another one is served, also in other spelling the same one is not', async () => {
    expect((await from('198.51.100.2')).code).toBe('api_key_invalid');
    expectRefusal(await from('::ffff:198.51.100.1'), 'global_rate_limited');
  });

  it('does not touch health answers, probes and paths that lead nowhere', async () => {
    const statuses = [];
    for (const path of ['/health/live', '/health/ready', '/', '/api/hello', '/v1/nothing', '/v1/files'])
      statuses.push((await from('198.51.100.1', path, null)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 404, 501]);
  });
});

describe('the limit of an account', () => {
  it('lets exactly its number of a burst through, over all keys of the account', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 10, windowSeconds: 60 } } });
    const { key } = await house.system.admin.createKey(world.account.id);
    const keys = [world.apiKey, key];
    const answers = await burst(30, async (index) =>
      house.saw(await house.system.gateway.chat(keys[index % 2] ?? '', world.modelName)),
    );
    const { served, waitSeconds } = countServed(answers, 'account_rate_limited');
    expect(served).toBe(10);
    expect(waitSeconds).toBeGreaterThan(55);
    expect(waitSeconds).toBeLessThanOrEqual(60);
    expect(await house.pointsOf(world)).toEqual({ available: '998.2', held: '0' });
  });

  it('is shown on every answer of a request that took a unit, streamed, refused later or refused by it', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 4, windowSeconds: 30 } } });
    const answers = [
      await house.chat(world),
      await house.chat(world, { stream: true }),
      await house.chat(world, { model: 'gone' }),
      await house.chat(world, { messages: [] }),
      await house.chat(world),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 400, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-limit-requests'))).toEqual(Array(5).fill('4'));
    const remaining = answers.map(({ headers }) => headers.get('x-ratelimit-remaining-requests'));
    expect(remaining).toEqual(['3', '2', '1', '0', '0']);
    for (const { headers } of answers) expect(headers.get('x-ratelimit-reset-requests')).toMatch(/^(29|30)s$/);
  });

  it('counts POSTs only, and says nothing where there is none', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 1, windowSeconds: 60 } } });
    const gets = await burst(5, () => house.system.gateway.request('/v1/models', world.apiKey));
    expect(gets.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect((await house.chat(world)).status).toBe(200);
    expectRefusal(await house.chat(world), 'account_rate_limited');
    const unlimited = await house.system.world();
    const { headers } = await house.chat(unlimited);
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('slides: a unit is free again when its wait is over, one at a time', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 2, windowSeconds: 4 } } });
    await house.chat(world);
    await sleep(2_400);
    await house.chat(world);
    expect([1, 2]).toContain(expectRefusal(await house.chat(world), 'account_rate_limited'));
    await sleep(1_800);
    expect((await house.chat(world)).status).toBe(200);
    expectRefusal(await house.chat(world), 'account_rate_limited');
  });

  it('says not to retry where the wait is longer than a minute', async () => {
    const world = await house.system.world({ account: { rateLimit: { requests: 1, windowSeconds: 3_600 } } });
    await house.chat(world);
    const seconds = expectRefusal(await house.chat(world), 'account_rate_limited');
    expect(seconds).toBeGreaterThan(3_590);
  });
});

describe('the limit of a model', () => {
  it('lets exactly its number of a burst through, for each account by itself', async () => {
    const world = await house.system.world({ model: { rateLimit: { requests: 5, windowSeconds: 60 } } });
    const other = await house.system.admin.createAccount({}, '1000');
    const { key } = await house.system.admin.createKey(other.id);
    await house.system.settled();
    const keys = [world.apiKey, key];
    const answers = await burst(24, async (index) =>
      house.saw(await house.system.gateway.chat(keys[index % 2] ?? '', world.modelName)),
    );
    for (const own of [0, 1]) {
      const { served, waitSeconds } = countServed(
        answers.filter((_, index) => index % 2 === own),
        'model_rate_limited',
      );
      expect(served).toBe(5);
      expect(waitSeconds).toBeGreaterThan(55);
    }
    // What was lent ahead to so many comes back a little later.
    const { available, held } = await house.pointsOf(world);
    expect(Number(available) + Number(held)).toBeCloseTo(999.1, 6);
  });

  it('is not that of another model, and is not shown as the account’s', async () => {
    const world = await house.system.world({ model: { rateLimit: { requests: 1, windowSeconds: 60 } } });
    const other = await house.system.world();
    await house.chat(world);
    const refused = await house.chat(world);
    expectRefusal(refused, 'model_rate_limited');
    expect(refused.headers.get('x-ratelimit-limit-requests')).toBeNull();
    expect((await house.system.gateway.chat(world.apiKey, other.modelName)).status).toBe(200);
  });
});
