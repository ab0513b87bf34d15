import { startSystem, type System } from '@tokenbay/testing';

/** Longer than the second that is promised, which a busy machine may take; changes.e2e.spec.ts of the gateway tries that. */
const PATIENCE_MS = 10_000;

let system: System;
let accountId: string;

beforeAll(async () => {
  system = await startSystem();
  accountId = (await system.admin.createAccount({}, '10')).id;
}, 60_000);

afterAll(() => system.stop());

describe('a change of a key', () => {
  it('by reset refuses the old secret, and takes the new one', async () => {
    const { id, key } = await system.admin.createKey(accountId);
    await system.settled();
    expect((await system.gateway.request('/v1/models', key)).status).toBe(200);
    const { key: next } = await system.admin.call<{ key: string }>('POST', `/api-keys/${id}/reset`);
    const statuses = await statusesFor(key, (status) => status === 401);
    expect(statuses.at(-1)).toBe(401);
    expect((await system.gateway.request('/v1/models', next)).status).toBe(200);
  });

  it('of its status is in force, both ways', async () => {
    const { id, key } = await system.admin.createKey(accountId);
    await system.settled();
    await system.admin.patch(`/api-keys/${id}`, { status: 'disabled' });
    expect((await statusesFor(key, (status) => status === 403)).at(-1)).toBe(403);
    await system.admin.patch(`/api-keys/${id}`, { status: 'active' });
    expect((await statusesFor(key, (status) => status === 200)).at(-1)).toBe(200);
  });

  it('is not what its use is: that is shown, and leaves the version alone', async () => {
    const { id, key } = await system.admin.createKey(accountId);
    const beforeMs = Date.now();
    await statusesFor(key, (status) => status === 200);
    const deadlineMs = Date.now() + 5_000;
    let lastUsedAt: string | null = null;
    while (lastUsedAt === null && Date.now() < deadlineMs) {
      await new Promise((done) => setTimeout(done, 100));
      ({ lastUsedAt } = await system.admin.get<{ lastUsedAt: string | null }>(`/api-keys/${id}`));
    }
    expect(Date.parse(lastUsedAt ?? '')).toBeGreaterThanOrEqual(beforeMs);
    expect(await system.admin.get(`/api-keys/${id}`)).toMatchObject({ version: 1 });
  });

  /** The statuses a key is answered with, until one is as expected or the time is over. */
  async function statusesFor(key: string, isLast: (status: number) => boolean): Promise<number[]> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    const statuses: number[] = [];
    do {
      statuses.push((await system.gateway.request('/v1/models', key)).status);
      if (isLast(statuses.at(-1)!)) break;
      await new Promise((done) => setTimeout(done, 20));
    } while (performance.now() < deadlineMs);
    return statuses;
  }
});
