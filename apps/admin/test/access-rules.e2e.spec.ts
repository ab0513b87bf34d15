import type { HttpAnswer } from '@tokenbay/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
beforeAll(async () => {
  admin = await startAdmin();
  await ask('POST', '/groups', { name: 'eu/team:1' });
}, 60_000);
afterAll(() => admin.stop());

interface Rule {
  id: string;
  version: number;
  name: string;
}

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HttpAnswer> =>
  admin.client.request(method, path, body, headers);
const create = (fields: object) => ask('POST', '/access-rules', fields);
const problemsOf = ({ body }: HttpAnswer) => (body as { error: { problems: string[] } }).error.problems;

const office = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' };
const denied = {
  name: 'Bad neighbours',
  scope: { type: 'global' },
  type: 'ip_blacklist',
  cidrs: ['10.1.2.3/8', '::1'],
};
const hours = {
  name: 'Office hours',
  scope: { type: 'group', id: 'eu/team:1' },
  type: 'time_window',
  windows: [office],
};

describe('access rules', () => {
  it('are created, answered canonical and complete, and read back', async () => {
    const answer = await create(denied);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Bad neighbours',
      enabled: true,
      scope: { type: 'global', id: null },
      type: 'ip_blacklist',
      cidrs: ['10.0.0.0/8', '::1/128'],
      windows: null,
      timeZone: null,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { id } = answer.body as Rule;
    expect((await ask('GET', `/access-rules/${id}`)).body).toEqual(answer.body);
  });

  it('speak of a group by its name, and of times in a zone, UTC unless told otherwise', async () => {
    const utc = await create(hours);
    expect([utc.status, utc.body]).toEqual([201, expect.objectContaining({ ...hours, timeZone: 'UTC', cidrs: null })]);
    const night = { days: ['sun'], from: '22:00', to: '24:00' };
    const zoned = await create({ ...hours, windows: [office, night], timeZone: 'Australia/Lord_Howe' });
    expect(zoned.body).toMatchObject({ windows: [office, night], timeZone: 'Australia/Lord_Howe' });
  });

  it('are refused with every problem of the body', async () => {
    const answer = await create({
      scope: { type: 'group' },
      type: 'time_window',
      cidrs: ['10.0.0.0/8'],
      windows: [office, { days: [], from: '24:00', to: '24:00' }],
      timeZone: '+02:00',
      priority: 1,
    });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
    expect(
      problemsOf(answer)
        .map((problem) => problem.split(' ')[0])
        .sort(),
    ).toEqual(
      [
        'name',
        'scope.id',
        'cidrs',
        'windows[1].days',
        'windows[1].from',
        'windows[1].to',
        'timeZone',
        'priority',
      ].sort(),
    );
  });

  it.each([
    { type: 'group', id: 'nobody' },
    { type: 'account', id: '999999' },
    { type: 'apiKey', id: '9223372036854775807' },
  ])('are refused for a scope that does not exist: $type', async (scope) => {
    const answer = await create({ ...denied, scope });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
    expect(problemsOf(answer)).toEqual([expect.stringMatching(/^scope\.id must be that of an existing /)]);
  });

  it.each([
    ['an empty list of addresses', { ...denied, cidrs: [] }],
    ['an empty list of windows', { ...hours, windows: [] }],
    ['a window that ends where it begins', { ...hours, windows: [{ ...office, to: '09:00' }] }],
    ['an address that is none', { ...denied, cidrs: ['10.0.0.256'] }],
    ['a list of another body', []],
  ])('are refused for %s', async (_, body) => {
    expect((await create(body)).status).toBe(400);
  });

  it('change by merge patch and lose no race', async () => {
    const { id } = (await create(denied)).body as Rule;
    const path = `/access-rules/${id}`;
    const renamed = await ask('PATCH', path, { name: 'Renamed', enabled: false }, { 'if-match': '"1"' });
    expect([renamed.status, renamed.body]).toEqual([
      200,
      expect.objectContaining({ name: 'Renamed', enabled: false, version: 2, cidrs: ['10.0.0.0/8', '::1/128'] }),
    ]);
    const late = await ask('PATCH', path, { name: 'Late' }, { 'if-match': '1' });
    expect([late.status, late.code]).toEqual([409, 'conflict']);
    expect((await ask('PATCH', path, { cidrs: ['192.0.2.7'] })).body).toMatchObject({ cidrs: ['192.0.2.7/32'] });
    for (const wrong of [
      { type: 'ip_whitelist' },
      { scope: { type: 'global' } },
      { cidrs: null },
      { windows: [office] },
    ]) {
      const answer = await ask('PATCH', path, wrong);
      expect([wrong, answer.status, answer.code]).toEqual([wrong, 400, 'invalid_request']);
    }
    expect((await ask('GET', path)).body).toMatchObject({ name: 'Renamed', version: 3 });
  });

  it('are deleted once, and only in the version meant', async () => {
    const { id } = (await create(denied)).body as Rule;
    expect((await ask('DELETE', `/access-rules/${id}`, undefined, { 'if-match': '7' })).status).toBe(409);
    const gone = await ask('DELETE', `/access-rules/${id}`, undefined, { 'if-match': '1' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE']) {
      const answer = await ask(method, `/access-rules/${id}`);
      expect([answer.status, answer.code]).toEqual([404, 'not_found']);
    }
  });

  it('keep their group from being deleted', async () => {
    await ask('POST', '/groups', { name: 'watched' });
    const { id } = (await create({ ...denied, scope: { type: 'group', id: 'watched' } })).body as Rule;
    expect((await ask('DELETE', '/groups/watched')).status).toBe(409);
    await ask('DELETE', `/access-rules/${id}`);
    expect((await ask('DELETE', '/groups/watched')).status).toBe(204);
  });

  it('are listed newest first, page by page', async () => {
    const names = ['first', 'second', 'third'];
    for (const name of names) await create({ ...denied, name });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: HttpAnswer = await ask('GET', `/access-rules?limit=2${cursor && `&cursor=${cursor}`}`);
      const { data, nextCursor } = page.body as { data: Rule[]; nextCursor: string | null };
      expect(data.length).toBeLessThanOrEqual(2);
      seen.push(...data.map(({ name }) => name));
      cursor = nextCursor;
    }
    expect(seen.slice(0, 3)).toEqual(names.toReversed());
    expect((await ask('GET', '/access-rules?cursor=x')).status).toBe(400);
  });

  it('hold ten thousand addresses', async () => {
    const cidrs = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    const answer = await create({ ...denied, cidrs });
    expect([answer.status, (answer.body as { cidrs: string[] }).cidrs]).toEqual([201, cidrs]);
    expect((await create({ ...denied, cidrs: [...cidrs, '::1'] })).status).toBe(400);
  });
});
