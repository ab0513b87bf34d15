import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { openStream } from './open-stream.js';
import { useSystem } from './use-system.js';

const house = useSystem();

describe('tokens per window', () => {
  it('are counted when a request is over, and while the window is full every request is refused, with the true wait', async () => {
    const world = await house.system.world({
      account: { tokenRateLimit: { tokens: 200, windowSeconds: 4 } },
      upstreamModel: 'fake@usage:120:30',
    });
    const first = await house.chat(world);
    expect(first.status).toBe(200);
    expect(tokensLeft(first)).toBe('200');
    const second = await house.chat(world, { stream: true });
    expect([second.status, tokensLeft(second)]).toEqual([200, '50']);
    const refused = await house.chat(world);
    const wait = expectRefusal(refused, 'account_rate_limited', { message: /^The account has reached its token rate/ });
    expect([3, 4]).toContain(wait);
    expect([tokensLeft(refused), refused.headers.get('x-ratelimit-limit-tokens')]).toEqual(['0', '200']);
    await sleep(4_050);
    expect((await house.chat(world)).status).toBe(200);
  });

  it('of a key hold beside those of its account, which all its keys share', async () => {
    const world = await house.system.world({
      account: { tokenRateLimit: { tokens: 400, windowSeconds: 60 } },
      key: { tokenRateLimit: { tokens: 100, windowSeconds: 60 } },
    });
    const { key } = await house.system.admin.createKey(world.account.id);
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
    expectRefusal(await house.chat(world), 'account_rate_limited', { message: /^The API key has reached/ });
    const other = { ...world, apiKey: key };
    expect((await house.chat(other)).status).toBe(200);
    expect((await house.chat(other)).status).toBe(200);
    expectRefusal(await house.chat(other), 'account_rate_limited', { message: /^The account has reached/ });
  });

  it('are not shown where there is no limit of them', async () => {
    const { headers } = await house.chat(await house.system.world());
    expect([...headers.keys()].filter((name) => name.includes('tokens'))).toEqual([]);
  });
});

describe('parallel requests', () => {
  it('are refused beyond their number, and have room again as soon as one is over, however it ended', async () => {
    const world = await house.system.world({
      account: { parallelRequestsMax: 2 },
      upstreamModel: 'fake@words:10+gap:200+usage:5:5',
    });
    const { gatewayUrl } = house.system;
    const [one, two] = [await openStream(gatewayUrl, world), await openStream(gatewayUrl, world)];
    const refused = await house.chat(world);
    expect(
      expectRefusal(refused, 'account_rate_limited', { message: /^The account has as many requests running/ }),
    ).toBe(1);
    await one.end();
    const three = await openStream(gatewayUrl, world);
    expect(three.response.statusCode).toBe(200);
    await Promise.all([two.end(), three.end()]);
  });

  it('are left by requests that are refused later, and not before the work of a client that left is over', async () => {
    const world = await house.system.world({
      key: { parallelRequestsMax: 1 },
      upstreamModel: 'fake@words:15+gap:200+usage:5:5',
    });
    for (let index = 0; index < 5; index += 1) expect((await house.chat(world, { messages: [] })).status).toBe(400);
    const left = await openStream(house.system.gatewayUrl, world);
    await left.until('data:');
    left.leave();
    await sleep(100);
    expectRefusal(await house.chat(world), 'account_rate_limited', { message: /^The API key has as many/ });
    while ((await house.chat(world)).status !== 200) await sleep(100);
  });
});

describe('limits that are changed', () => {
  it('are shown by the admin API, changed in parts, cleared, and in force within a second', async () => {
    const world = await house.system.world({ account: { tokenRateLimit: { tokens: 10, windowSeconds: 60 } } });
    const path = `/accounts/${world.account.id}`;
    const { admin } = house.system;
    expect(await admin.get(path)).toMatchObject({
      tokenRateLimit: { tokens: 10, windowSeconds: 60 },
      parallelRequestsMax: null,
    });
    await house.chat(world);
    expectRefusal(await house.chat(world), 'account_rate_limited');
    expect(await admin.patch(path, { tokenRateLimit: { tokens: 100_000 } })).toMatchObject({
      tokenRateLimit: { tokens: 100_000, windowSeconds: 60 },
    });
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
    expect(await admin.patch(path, { tokenRateLimit: null, parallelRequestsMax: 3 })).toMatchObject({
      tokenRateLimit: null,
      parallelRequestsMax: 3,
    });
    expect((await admin.request('PATCH', path, { tokenRateLimit: { tokens: 5 } })).text).toContain(
      'tokenRateLimit.windowSeconds is required.',
    );
    const keyPath = `/api-keys/${world.key.id}`;
    expect(await admin.patch(keyPath, { tokenRateLimit: { tokens: 5, windowSeconds: 9 } })).toMatchObject({
      tokenRateLimit: { tokens: 5, windowSeconds: 9 },
    });
    expect((await admin.request('PATCH', keyPath, { parallelRequestsMax: 0 })).status).toBe(400);
  });
});

function tokensLeft({ headers }: HttpAnswer): string | null {
  return headers.get('x-ratelimit-remaining-tokens');
}
