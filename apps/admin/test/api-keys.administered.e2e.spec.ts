import { uniqueName } from '@tokenbay/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
let accountId: string;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.client.request(method, path, body, headers);
const issue = (fields: object = {}) => call('POST', '/api-keys', { accountId, name: 'k', ...fields });

beforeAll(async () => {
  admin = await startAdmin();
  accountId = (await admin.client.createAccount()).id;
}, 60_000);

afterAll(() => admin.stop());

describe('API keys', () => {
  it('are issued with their secret, which no other answer holds', async () => {
    const issued = await issue({ name: 'Production (EU)' });
    expect(issued.status).toBe(201);
    const { key: secret, ...rest } = issued.body as Record<string, string>;
    expect(secret).toMatch(/^sk-[0-9A-Za-z]{46}$/);
    expect(rest).toEqual({
      id: expect.stringMatching(/^\d+$/),
      accountId,
      name: 'Production (EU)',
      group: null,
      status: 'active',
      expiresAt: null,
      pointQuota: null,
      pointLimits: [],
      timeZone: 'UTC',
      tokenRateLimit: null,
      parallelRequestsMax: null,
      modelAllowlist: null,
      modelDenylist: null,
      prefix: secret!.slice(0, 7),
      lastFour: secret!.slice(-4),
      lastUsedAt: null,
      pointsUsed: '0',
      pointsHeld: null,
      pointsRemaining: null,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    for (const path of [`/api-keys/${rest['id']}`, '/api-keys?limit=200'])
      expect((await call('GET', path)).text).not.toContain(secret!.slice(3));
    expect((await call('GET', `/api-keys/${rest['id']}`)).body).toEqual(rest);
  });

  it('have quotas and limits with what was used of them and when they begin anew', async () => {
    const limits = [
      { period: 'month', points: '5' },
      { period: 'hour', points: 0.5 },
    ];
    const { body } = await issue({ pointQuota: '7.25', pointLimits: limits, timeZone: 'Asia/Kathmandu' });
    expect(body).toMatchObject({
      pointQuota: '7.25',
      pointsUsed: '0',
      pointsHeld: '0',
      pointsRemaining: '7.25',
      timeZone: 'Asia/Kathmandu',
      pointLimits: [
        { period: 'hour', points: '0.5', used: '0', held: '0', resetsAt: expect.stringMatching(/:15:00\.000Z$/) },
        { period: 'month', points: '5', used: '0', held: '0', resetsAt: expect.stringMatching(/T18:15:00\.000Z$/) },
      ],
    });
  });

  it('are listed, newest first, of one account where it is named', async () => {
    const { id: other } = await admin.client.createAccount();
    const issueOther = async () => (await issue({ accountId: other })).body as { id: string };
    const [first, second, third] = [await issueOther(), await issueOther(), await issueOther()];
    await issue();
    const list = async (query: string) => {
      const { body } = await call('GET', `/api-keys?accountId=${other}${query}`);
      const { data, nextCursor } = body as { data: { id: string }[]; nextCursor: string | null };
      return { ids: data.map(({ id }) => id), nextCursor };
    };
    const page = await list('&limit=2');
    expect(page).toEqual({ ids: [third.id, second.id], nextCursor: expect.any(String) });
    expect(await list(`&limit=2&cursor=${page.nextCursor}`)).toEqual({ ids: [first.id], nextCursor: null });
    expect(await call('GET', '/api-keys?accountId=999999999')).toMatchObject({ status: 200, body: { data: [] } });
    expect((await call('GET', '/api-keys?accountId=x')).status).toBe(400);
  });

  it('change quota and limits apart from each other, and lose them by null and by an empty list', async () => {
    const { id } = (await issue({ pointQuota: '1' })).body as { id: string };
    const change = async (body: object) => (await call('PATCH', `/api-keys/${id}`, body)).body;
    expect(await change({ pointLimits: [{ period: 'day', points: '2' }] })).toMatchObject({
      pointQuota: '1',
      pointLimits: [{ period: 'day', points: '2' }],
      version: 2,
    });
    expect(await change({ pointQuota: null })).toMatchObject({
      pointQuota: null,
      pointsRemaining: null,
      pointsHeld: '0',
      pointLimits: [{ period: 'day', points: '2' }],
      version: 3,
    });
    const moved = (await change({ timeZone: 'Pacific/Kiritimati' })) as { pointLimits: { resetsAt: string }[] };
    expect(moved.pointLimits[0]!.resetsAt).toMatch(/T10:00:00\.000Z$/);
    expect(await change({ pointLimits: [] })).toMatchObject({ pointLimits: [], pointsHeld: null, version: 5 });
  });

  it('keep both of two changes that meet', async () => {
    const { id } = (await issue()).body as { id: string };
    const limit = { period: 'week', points: '2' };
    await Promise.all([
      call('PATCH', `/api-keys/${id}`, { pointQuota: '1' }),
      call('PATCH', `/api-keys/${id}`, { pointLimits: [limit] }),
      call('PATCH', `/api-keys/${id}`, { name: 'n' }),
    ]);
    expect((await call('GET', `/api-keys/${id}`)).body).toMatchObject({
      pointQuota: '1',
      pointLimits: [limit],
      name: 'n',
      version: 4,
    });
  });

  it('change by merge patch, and refuse a lost race', async () => {
    const { name: group } = await admin.client.createGroup();
    const fields = {
      group,
      expiresAt: '2030-01-01T01:00:00+01:00',
      modelAllowlist: ['gpt-*'],
      modelDenylist: ['gpt-4'],
    };
    const { id } = (await issue(fields)).body as { id: string };
    const change = (body: object, headers?: Record<string, string>) => call('PATCH', `/api-keys/${id}`, body, headers);
    expect(await change({ status: 'suspended' }, { 'if-match': '1' })).toMatchObject({
      status: 200,
      body: { ...fields, expiresAt: '2030-01-01T00:00:00.000Z', status: 'suspended', version: 2 },
    });
    expect(await change({ name: 'late' }, { 'if-match': '1' })).toMatchObject({ status: 409 });
    expect(await change({ pointQuota: '1' }, { 'if-match': '1' })).toMatchObject({ status: 409 });
    const cleared = { group: null, expiresAt: null, modelAllowlist: null, modelDenylist: null };
    expect(await change(cleared)).toMatchObject({ status: 200, body: { ...cleared, pointQuota: null, version: 3 } });
  });

  it.each([
    { accountId: '1' },
    { name: null },
    { status: null },
    { status: 'deleted' },
    { timeZone: 'Mars/Olympus' },
    { modelAllowlist: [] },
    { modelDenylist: [] },
    { pointLimits: null },
    { pointQuota: -1 },
    { group: 'nowhere' },
    { key: 'sk-mine' },
  ])('refuse the change %j', async (change) => {
    const { id } = (await issue()).body as { id: string };
    expect(await call('PATCH', `/api-keys/${id}`, change)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', problems: [expect.any(String)] } },
    });
  });

  it('refuse accounts and groups that do not exist', async () => {
    expect(await issue({ accountId: '999999' })).toMatchObject({ status: 400 });
    expect(await issue({ group: 'nowhere' })).toMatchObject({ status: 400 });
    expect(await issue({ accountId: '999999', group: 'nowhere' })).toMatchObject({
      body: { error: { problems: ['accountId must name an existing account.', 'group must name an existing group.'] } },
    });
  });

  it('are reset to a new secret and stay what they are, unless archived', async () => {
    const before = (await issue({ pointQuota: '1' })).body as Record<string, string>;
    const reset = await call('POST', `/api-keys/${before['id']}/reset`);
    expect(reset).toMatchObject({ status: 201, body: { id: before['id'], pointQuota: '1', version: 2 } });
    const { key } = reset.body as { key: string };
    expect(key).not.toBe(before['key']);
    await admin.client.patch(`/api-keys/${before['id']}`, { status: 'archived' });
    expect(await call('POST', `/api-keys/${before['id']}/reset`)).toMatchObject({ status: 409 });
    expect(await call('POST', '/api-keys/999999/reset')).toMatchObject({ status: 404 });
  });

  it('are issued once when the same request is repeated, and answer the same secret again', async () => {
    const headers = { 'idempotency-key': uniqueName('issue') };
    const first = await call('POST', '/api-keys', { accountId, name: 'once' }, headers);
    const second = await call('POST', '/api-keys', { accountId, name: 'once' }, headers);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(await call('POST', '/api-keys', { accountId, name: 'twice' }, headers)).toMatchObject({ status: 409 });
  });

  it('cannot be deleted, and are not found where there are none', async () => {
    const { id } = (await issue()).body as { id: string };
    expect((await call('DELETE', `/api-keys/${id}`)).status).toBe(404);
    expect(await call('GET', '/api-keys/999999')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
  });
});
