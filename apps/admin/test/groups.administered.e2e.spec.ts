import { uniqueName } from '@tokenbay/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.client.request(method, path, body, headers);

beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);

afterAll(() => admin.stop());

describe('groups', () => {
  it('are created with defaults and answered by their name, percent-encoded', async () => {
    const name = `${uniqueName('a/b')}:c@d+e`;
    const created = await call('POST', '/groups', { name });
    expect(created).toMatchObject({ status: 201, body: { name, priceMultiplier: '1', models: ['*'], version: 1 } });
    const { createdAt, updatedAt } = created.body as Record<'createdAt' | 'updatedAt', string>;
    expect([createdAt, updatedAt]).toEqual([expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)]);
    expect(Object.keys(created.body as object).sort()).toEqual(
      ['createdAt', 'models', 'name', 'priceMultiplier', 'updatedAt', 'version'].sort(),
    );
    expect(await call('GET', `/groups/${encodeURIComponent(name)}`)).toMatchObject({ status: 200, body: created.body });
  });

  it('are created once per name', async () => {
    const { name } = await admin.client.createGroup();
    expect(await call('POST', '/groups', { name })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
  });

  it('change by merge patch, and refuse a lost race', async () => {
    const { name } = await admin.client.createGroup({ models: ['gpt-*'] });
    expect(await call('PATCH', `/groups/${name}`, { priceMultiplier: '0.80' }, { 'if-match': '1' })).toMatchObject({
      status: 200,
      body: { priceMultiplier: '0.8', models: ['gpt-*'], version: 2 },
    });
    expect(await call('PATCH', `/groups/${name}`, { models: [] }, { 'if-match': '1' })).toMatchObject({ status: 409 });
    expect(await call('PATCH', `/groups/${name}`, { models: null })).toMatchObject({ status: 400 });
    expect(await call('PATCH', `/groups/${name}`, { name: 'other' })).toMatchObject({ status: 400 });
    expect(await call('PATCH', `/groups/${name}`, {})).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it('list every problem of a body at once', async () => {
    const answer = await call('POST', '/groups', { name: 'a b', priceMultiplier: '-1', models: 'x', colour: 'red' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
    expect((answer.body as { error: { problems: string[] } }).error.problems).toHaveLength(4);
  });

  it('are deleted only while nothing refers to them', async () => {
    const { name } = await admin.client.createGroup();
    const account = await admin.client.createAccount({ allowedGroups: ['default', name] });
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
    await admin.client.patch(`/accounts/${account.id}`, { allowedGroups: ['default'] });
    const key = await admin.client.createKey(account.id, { group: name });
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({ status: 409 });
    await admin.client.patch(`/api-keys/${key.id}`, { group: null });
    const models = { [(await admin.client.createModel()).name]: 'any' };
    const channel = await admin.client.createChannel({
      baseUrl: 'https://upstream.example/v1',
      models,
      groups: [name],
    });
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({ status: 409 });
    await admin.client.remove(`/channels/${channel.id}`);
    const scope = { type: 'group', id: name };
    const rule = await admin.client.createAccessRule({ scope, type: 'ip_blacklist', cidrs: ['192.0.2.1/32'] });
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({ status: 409 });
    await admin.client.remove(`/access-rules/${rule.id}`);
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `/groups/${name}`)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect(await call('DELETE', `/groups/${name}`)).toMatchObject({ status: 404 });
  });

  it('always include the default group', async () => {
    expect(await call('DELETE', '/groups/default')).toMatchObject({ status: 409 });
    expect(await call('GET', '/groups/default')).toMatchObject({ status: 200 });
  });

  it('are listed newest first, page by page, each exactly once', async () => {
    for (let index = 0; index < 3; index += 1) await admin.client.createGroup();
    type PageOfGroups = { data: { name: string }[]; nextCursor: string | null };
    const all = await admin.client.get<PageOfGroups>('/groups?limit=200');
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: PageOfGroups = await admin.client.get(`/groups?limit=2${cursor && `&cursor=${cursor}`}`);
      names.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(all.data.map(({ name }) => name));
    expect(names.at(-1)).toBe('default');
    expect(all.nextCursor).toBeNull();
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'colour=red'])
      expect(await call('GET', `/groups?${query}`)).toMatchObject({ status: 400 });
  });
});
