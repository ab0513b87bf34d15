import { type RunningAdmin, OWNER_TOKEN, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);
afterAll(() => admin.stop());

async function post(body: string, contentType = 'application/json') {
  const answer = await fetch(`${admin.url}/admin/v1/groups`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OWNER_TOKEN}`, 'content-type': contentType },
    body,
  });
  const { error } = (await answer.json()) as { error: { code: string; message: string; problems?: string[] } };
  return { status: answer.status, ...error };
}

describe('what the admin API is sent', () => {
  it('lists every problem of a body at once', async () => {
    const { status, code, problems } = await post('{"name":"a b","priceMultiplier":-1,"models":["*",7],"owner":"me"}');
    expect([status, code]).toEqual([400, 'invalid_request']);
    expect(problems?.map((problem) => problem.split(' ')[0]).sort()).toEqual([
      'models[1]',
      'name',
      'owner',
      'priceMultiplier',
    ]);
  });

  it.each([
    ['broken JSON', '{'],
    ['a list', '[]'],
    ['a string', '"name"'],
    ['null', 'null'],
    ['nothing', ''],
    ['a poisoned prototype', '{"name":"x","__proto__":{"a":1}}'],
    ['a poisoned constructor', '{"name":"x","constructor":{"prototype":{"a":1}}}'],
    ['a body nested too deeply', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('refuses %s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('refuses what is not JSON and what is too large', async () => {
    expect(await post('name=x', 'application/x-www-form-urlencoded')).toMatchObject({ status: 400 });
    expect(await post(`{"name":"${'x'.repeat(1_048_576)}"}`)).toMatchObject({ status: 413, code: 'request_too_large' });
  });

  it('refuses unknown and malformed query parameters', async () => {
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'offset=1', 'cursor=%00']) {
      const { status, code } = await admin.client.request('GET', `/groups?${query}`);
      expect([query, status, code]).toEqual([query, 400, 'invalid_request']);
    }
  });

  it('names the query parameter that is wrong, in message and problems alike', async () => {
    const errorOf = async (query: string) =>
      ((await admin.client.request('GET', `/groups?${query}`)).body as { error: object }).error;
    const unknown = 'offset is not a known query parameter.';
    expect(await errorOf('offset=1')).toMatchObject({ message: unknown, problems: [unknown] });
    const cursor = 'cursor must be a nextCursor that this list answered.';
    expect(await errorOf('cursor=zzz')).toMatchObject({ message: cursor, problems: [cursor] });
  });

  it('takes a merge patch under both its media types, and says what it expects of others', async () => {
    const { name } = await admin.client.createGroup();
    const patch = async (contentType: string | undefined) => {
      const answer = await fetch(`${admin.url}/admin/v1/groups/${name}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${OWNER_TOKEN}`,
          ...(contentType !== undefined && { 'content-type': contentType }),
        },
        body: Buffer.from('{"priceMultiplier":"2"}'),
      });
      return { status: answer.status, body: (await answer.json()) as { error?: { message: string } } };
    };
    for (const type of [
      'application/json',
      'application/merge-patch+json',
      'application/merge-patch+json; charset=utf-8',
    ])
      expect(await patch(type)).toMatchObject({ status: 200, body: { priceMultiplier: '2' } });
    for (const type of [undefined, 'text/plain', 'application/xml']) {
      const { status, body } = await patch(type);
      expect([status, body.error?.message]).toEqual([
        400,
        expect.stringContaining('send content-type: application/json'),
      ]);
    }
  });

  it('answers an id or name that cannot exist with not_found', async () => {
    expect((await admin.client.request('GET', '/groups/a%20b')).code).toBe('not_found');
  });

  it('answers a lost race with conflict and a malformed If-Match with invalid_request', async () => {
    const { name } = await admin.client.createGroup();
    const patch = (version: string) =>
      admin.client.request('PATCH', `/groups/${name}`, { priceMultiplier: '2' }, { 'if-match': version });
    expect((await patch('99')).code).toBe('conflict');
    expect((await patch('x')).code).toBe('invalid_request');
    expect((await patch('"1"')).status).toBe(200);
  });
});
