import type { AdminChannel } from '@tokenbay/testing';
import pg from 'pg';
import { type RunningAdmin, startAdmin } from './start-admin.js';

const CANARY = 'sk-upstream-canary-0123456789abcdef';
const OTHER_CANARY = 'sk-upstream-canary-fedcba9876543210';

let admin: RunningAdmin;
let modelName: string;
const answers: string[] = [];
const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const answer = await admin.client.request(method, path, body, headers);
  answers.push(answer.text);
  return answer;
};
const problemsOf = (answer: { body: unknown }) => (answer.body as { error: { problems: string[] } }).error.problems;
const create = async (fields: object = {}) => {
  const draft = { name: 'c', provider: 'openai', baseUrl: 'https://api.example.com', keys: [{ value: CANARY }] };
  const answer = await call('POST', '/channels', { ...draft, models: { [modelName]: 'upstream' }, ...fields });
  expect(answer.status).toBe(201);
  return answer.body as AdminChannel;
};

beforeAll(async () => {
  admin = await startAdmin();
  modelName = (await admin.client.createModel({ name: 'meta/llama-3:70b' })).name;
}, 60_000);

afterAll(() => admin.stop());

describe('channels', () => {
  it('are created with defaults and answered without secrets', async () => {
    const created = await create();
    const { createdAt: _, updatedAt: __, ...fields } = created;
    expect(fields).toEqual({
      ...{ id: expect.stringMatching(/^\d+$/), name: 'c', provider: 'openai', baseUrl: 'https://api.example.com/v1' },
      ...{ models: { 'meta/llama-3:70b': 'upstream' }, groups: ['default'], priority: 0, weight: 1, enabled: true },
      ...{ connectTimeoutMs: 5_000, firstByteTimeoutMs: 120_000, idleTimeoutMs: 60_000, totalTimeoutMs: 280_000 },
      taskTimeoutMs: 86_400_000,
      ...{ concurrencyMax: null, version: 1, health: [] },
      keys: [
        {
          ...{ id: expect.stringMatching(/^\d+$/), lastFour: 'cdef', weight: 1, enabled: true },
          ...{ state: 'active', reason: null, until: null },
        },
      ],
    });
    expect(await call('GET', `/channels/${created.id}`)).toMatchObject({ status: 200, body: created });
    const { data } = (await call('GET', '/channels?limit=1')).body as { data: AdminChannel[] };
    expect(data).toEqual([created]);
  });

  it('are accepted only of providers that have an adapter, at addresses that are well formed', async () => {
    for (const provider of ['toString', 'nonsense', null])
      expect(await call('POST', '/channels', { name: 'c', provider, baseUrl: 'https://x' })).toMatchObject({
        status: 400,
      });
    for (const baseUrl of ['ftp://x', 'https://user:pass@x', 'https://x?y=1', 'https://x#y', 'x', 7, null])
      expect(await call('POST', '/channels', { name: 'c', provider: 'openai', baseUrl })).toMatchObject({
        status: 400,
      });
  });

  it('list every problem of a body at once, and repeat no secret', async () => {
    const answer = await call('POST', '/channels', {
      ...{ provider: 'x', baseUrl: 'x', models: { 'a b': 'x' }, groups: [], weight: 0, totalTimeoutMs: 0, colour: 1 },
      keys: [{ value: `${CANARY}\n`, weight: -1 }],
    });
    expect(answer.status).toBe(400);
    expect(
      problemsOf(answer)
        .map((problem) => problem.split(' ')[0])
        .sort(),
    ).toEqual([
      ...['baseUrl', 'colour', 'groups', 'keys[0].value', 'keys[0].weight', 'models', 'name', 'provider'],
      ...['totalTimeoutMs', 'weight'],
    ]);
    expect(answer.text).not.toContain(CANARY);
  });

  it('name existing models and groups only', async () => {
    const draft = { name: 'c', provider: 'openai', baseUrl: 'https://x' };
    for (const [field, value] of [
      ['models', { 'not-there': 'x' }],
      ['groups', ['not-there']],
    ] as const) {
      const answer = await call('POST', '/channels', { ...draft, [field]: value });
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
      expect(problemsOf(answer)).toEqual([expect.stringContaining(field)]);
    }
  });

  it('say of every model and group at once that it does not exist', async () => {
    const { id } = await create();
    const names = { models: { 'not-there': 'x', [modelName]: 'y' }, groups: ['default', 'not-there'] };
    for (const answer of [
      await call('POST', '/channels', { name: 'c', provider: 'openai', baseUrl: 'https://x', ...names }),
      await call('PATCH', `/channels/${id}`, names),
    ]) {
      expect(answer.status).toBe(400);
      expect(problemsOf(answer)).toEqual([
        'models["not-there"] must name an existing model.',
        'groups[1] must name an existing group.',
      ]);
    }
    expect(await call('PATCH', `/channels/${id}`, { models: { 'not-there': null } })).toMatchObject({ status: 200 });
  });

  it('end their address before the call, and say so', async () => {
    const draft = { name: 'c', provider: 'openai', baseUrl: 'https://api.example.com/v1/chat/completions' };
    expect(problemsOf(await call('POST', '/channels', draft))).toEqual([
      'baseUrl must end before /chat/completions, which the gateway appends itself.',
    ]);
  });

  it('change by merge patch, models included, and refuse a lost race', async () => {
    const { name } = await admin.client.createModel();
    const { id } = await create();
    const path = `/channels/${id}`;
    const patch = { models: { [name]: 'more' }, priority: 5, totalTimeoutMs: 900, concurrencyMax: 3 };
    expect(await call('PATCH', path, patch, { 'if-match': '1' })).toMatchObject({
      status: 200,
      body: { ...patch, models: { [modelName]: 'upstream', [name]: 'more' }, weight: 1, version: 2 },
    });
    expect(await call('PATCH', path, { weight: 2 }, { 'if-match': '1' })).toMatchObject({ status: 409 });
    expect(
      await call('PATCH', path, { models: { [name]: null }, totalTimeoutMs: null, concurrencyMax: null }),
    ).toMatchObject({
      body: { models: { [modelName]: 'upstream' }, totalTimeoutMs: 280_000, concurrencyMax: null },
    });
    for (const body of [
      { models: null },
      { groups: null },
      { name: null },
      { weight: null },
      { baseUrl: null },
      { id: '1' },
    ])
      expect(await call('PATCH', path, body)).toMatchObject({ status: 400 });
  });

  it('demand keys anew when their address changes, in the same body', async () => {
    const { id } = await create();
    const path = `/channels/${id}`;
    const baseUrl = 'https://evil.example.com';
    for (const body of [{ baseUrl }, { baseUrl, keys: [] }, { keys: [{ value: OTHER_CANARY }] }]) {
      const answer = await call('PATCH', path, body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
      expect(problemsOf(answer)).toEqual([expect.stringMatching(/^keys /)]);
    }
    expect(await call('PATCH', path, { baseUrl: 'https://api.example.com/v1/' })).toMatchObject({ status: 200 });
    expect(await call('PATCH', path, { baseUrl, keys: [{ value: OTHER_CANARY }] })).toMatchObject({
      status: 200,
      body: { baseUrl: 'https://evil.example.com/v1', keys: [{ lastFour: '3210' }] },
    });
  });

  it('have keys that are added, changed and deleted by themselves', async () => {
    const channel = await create();
    const path = `/channels/${channel.id}/keys`;
    const added = await call('POST', path, { value: OTHER_CANARY, weight: 3 });
    expect(added).toMatchObject({ status: 201, body: { lastFour: '3210', weight: 3, enabled: true, state: 'active' } });
    const { id } = added.body as { id: string };
    expect(await call('PATCH', `${path}/${id}`, { enabled: false })).toMatchObject({
      status: 200,
      body: { id, enabled: false, state: 'disabled', weight: 3 },
    });
    expect(await call('PATCH', `${path}/${id}`, { value: `${CANARY}WXYZ` }, { 'if-match': '3' })).toMatchObject({
      body: { lastFour: 'WXYZ' },
    });
    expect(await call('PATCH', `${path}/${id}`, { weight: 1 }, { 'if-match': '3' })).toMatchObject({ status: 409 });
    for (const body of [{ value: '' }, { value: null }, { value: 'a b' }, { weight: 0 }, { id: '9' }])
      expect(await call('PATCH', `${path}/${id}`, body)).toMatchObject({ status: 400 });
    const other = await create();
    expect(await call('DELETE', `/channels/${other.id}/keys/${id}`)).toMatchObject({ status: 404 });
    expect(await call('DELETE', `${path}/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(await call('DELETE', `${path}/${id}`)).toMatchObject({ status: 404 });
    expect(await call('GET', `/channels/${channel.id}`)).toMatchObject({ body: { version: 5, keys: channel.keys } });
  });

  it('are deleted with their keys', async () => {
    const { id } = await create();
    expect(await call('DELETE', `/channels/${id}`)).toMatchObject({ status: 204 });
    expect(await call('GET', `/channels/${id}`)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });

  it('are tested by a gateway, and the answer says so where none is running', async () => {
    const { id, keys } = await create();
    const refused = async (body: unknown, status: number, message: RegExp) =>
      expect(await call('POST', `/channels/${id}/test`, body)).toMatchObject({
        ...{ status, body: { error: { message: expect.stringMatching(message) } } },
      });
    await refused(undefined, 409, /No gateway is running/);
    await refused({ model: modelName, keyId: keys[0]!.id }, 409, /No gateway is running/);
    await refused({ model: 'not-there' }, 400, /model must be/);
    await refused({ keyId: '999999' }, 400, /keyId must be/);
    await refused({ colour: 1 }, 400, /colour/);
    expect(await call('POST', '/channels/999999/test')).toMatchObject({ status: 404 });
  });

  it('leave no secret in any answer, any log line, or in clear in any table', async () => {
    const places = [...answers, admin.program.output, ...(await dumpEveryTable())];
    for (const canary of [CANARY, OTHER_CANARY]) {
      const bytes = Buffer.from(canary);
      for (const form of [
        canary,
        bytes.toString('hex'),
        bytes.toString('base64').slice(0, 24),
        encodeURIComponent(canary),
      ])
        expect(places.filter((place) => place.includes(form))).toEqual([]);
    }
    expect(places.join('')).toContain('cdef');
  });
});

/** Every row of every table as text, byte columns both as hexadecimal and with their printable bytes as they are. */
async function dumpEveryTable(): Promise<string[]> {
  const client = new pg.Client({ connectionString: admin.database.url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const dumps = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      dumps.push(...rows.map(({ row }) => row));
    }
    const secrets = await client.query<{ bytes: string }>(`SELECT encode(secret, 'escape') AS bytes FROM channel_key`);
    return [...dumps, ...secrets.rows.map(({ bytes }) => bytes)];
  } finally {
    await client.end();
  }
}
