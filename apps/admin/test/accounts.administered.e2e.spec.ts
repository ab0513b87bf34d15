import { uniqueName } from '@tokenbay/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.client.request(method, path, body, headers);

beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);

afterAll(() => admin.stop());

describe('accounts', () => {
  it('are created active, in the default group, owning nothing', async () => {
    const created = await call('POST', '/accounts', { name: 'Acme Inc.' });
    const account = {
      id: expect.stringMatching(/^\d+$/),
      name: 'Acme Inc.',
      externalId: null,
      group: 'default',
      allowedGroups: ['default'],
      status: 'active',
      rateLimit: null,
      tokenRateLimit: null,
      parallelRequestsMax: null,
      webhookUrl: null,
      availablePoints: '0',
      heldPoints: '0',
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    };
    expect(created.status).toBe(201);
    expect(created.body).toEqual(account);
    const { id } = created.body as { id: string };
    expect((await call('GET', `/accounts/${id}`)).body).toEqual(created.body);
  });

  it('show what they own', async () => {
    const { id } = await admin.client.createAccount({}, '12.5');
    expect((await call('GET', `/accounts/${id}`)).body).toMatchObject({ availablePoints: '12.5', heldPoints: '0' });
  });

  it('have unique external ids', async () => {
    const externalId = uniqueName('external');
    await admin.client.createAccount({ externalId });
    expect(await call('POST', '/accounts', { name: 'b', externalId })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
  });

  it('name existing groups only', async () => {
    for (const fields of [{ group: 'nowhere' }, { allowedGroups: ['nowhere'] }]) {
      const answer = await call('POST', '/accounts', { name: 'a', ...fields });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
      expect((answer.body as { error: { problems: string[] } }).error.problems).toHaveLength(1);
    }
  });

  it('say of every group at once that it does not exist', async () => {
    const { id } = await admin.client.createAccount();
    const groups = { group: 'nowhere', allowedGroups: ['default', 'gone', 'lost'] };
    for (const answer of [
      await call('POST', '/accounts', { name: 'a', ...groups }),
      await call('PATCH', `/accounts/${id}`, groups),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: {
          error: {
            code: 'invalid_request',
            problems: [
              'group must name an existing group.',
              'allowedGroups[1] must name an existing group.',
              'allowedGroups[2] must name an existing group.',
            ],
          },
        },
      });
  });

  it('open the group they are moved to, until told which groups are open', async () => {
    const { name: vip } = await admin.client.createGroup();
    const { id } = await admin.client.createAccount();
    expect((await call('PATCH', `/accounts/${id}`, { group: vip })).body).toMatchObject({ allowedGroups: [vip] });
    await call('PATCH', `/accounts/${id}`, { allowedGroups: ['default'] });
    expect((await call('PATCH', `/accounts/${id}`, { group: 'default' })).body).toMatchObject({
      allowedGroups: ['default'],
    });
  });

  it('change by merge patch, part of a rate limit too', async () => {
    const { id } = await admin.client.createAccount({
      rateLimit: { requests: 5, windowSeconds: 60 },
      externalId: uniqueName('e'),
    });
    const change = async (body: object, headers?: Record<string, string>) =>
      call('PATCH', `/accounts/${id}`, body, headers);
    expect(await change({ rateLimit: { requests: 9 } }, { 'if-match': '1' })).toMatchObject({
      status: 200,
      body: { rateLimit: { requests: 9, windowSeconds: 60 }, version: 2 },
    });
    expect(await change({ status: 'banned' }, { 'if-match': '"1"' })).toMatchObject({ status: 409 });
    expect(await change({ rateLimit: null, externalId: null })).toMatchObject({
      status: 200,
      body: { rateLimit: null, externalId: null, version: 3 },
    });
    expect(await change({ rateLimit: { requests: 9 } })).toMatchObject({ status: 400 });
    for (const body of [{ name: null }, { group: null }, { status: 'gone' }, { id: '1' }, { availablePoints: '1' }, []])
      expect(await change(body)).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect(await change({})).toMatchObject({ status: 200, body: { version: 3 } });
  });

  it('are not found where there are none', async () => {
    for (const id of ['999999', '0', 'x', '9223372036854775808'])
      expect(await call('GET', `/accounts/${id}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      });
    expect(await call('PATCH', '/accounts/999999', { name: 'x' })).toMatchObject({ status: 404 });
  });

  it('are listed newest first', async () => {
    const older = await admin.client.createAccount();
    const newer = await admin.client.createAccount({}, '3');
    const { data } = await admin.client.get<{ data: { id: string; availablePoints: string }[] }>('/accounts?limit=2');
    expect(data.map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(data[0]).toMatchObject({ availablePoints: '3' });
  });

  it('cannot be deleted', async () => {
    const { id } = await admin.client.createAccount();
    expect((await call('DELETE', `/accounts/${id}`)).status).toBe(404);
  });
});
