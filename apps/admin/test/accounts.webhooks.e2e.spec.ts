import { type RunningAdmin, startAdmin } from './start-admin.js';

const URL_A = 'https://app.example.com/hooks/video';
const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;

let admin: RunningAdmin;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  admin.client.request(method, path, body, headers);

interface Account {
  readonly id: string;
  readonly version: number;
  readonly webhookUrl: string | null;
  readonly webhookSecret?: string;
}

async function create(fields: object): Promise<Account> {
  const { status, body } = await call('POST', '/accounts', { name: 'Acme', ...fields });
  expect(status).toBe(201);
  return body as Account;
}

beforeAll(async () => {
  admin = await startAdmin({ env: { CONTENT_PROXY_ALLOW: '127.0.0.1:9443' } });
}, 60_000);

afterAll(() => admin.stop());

describe('webhooks of accounts', () => {
  it('get a secret that is shown in the answer that made it, and nowhere else', async () => {
    const created = await create({ webhookUrl: URL_A });
    expect(created).toMatchObject({
      webhookUrl: URL_A,
      webhookSecret: expect.stringMatching(/^whsec_.{44}$/),
      version: 1,
    });
    const { webhookSecret: _, ...shown } = created;
    expect((await call('GET', `/accounts/${created.id}`)).body).toEqual(shown);
    const { body } = await call('GET', '/accounts');
    expect(JSON.stringify(body)).not.toContain('whsec_');
    expect((body as { data: Account[] }).data[0]).toEqual(shown);
  });

  it('show no secret that was given', async () => {
    const created = await create({ webhookUrl: URL_A, webhookSecret: SECRET });
    expect(created.webhookUrl).toBe(URL_A);
    expect(created).not.toHaveProperty('webhookSecret');
    const patched = await call('PATCH', `/accounts/${created.id}`, { webhookSecret: SECRET });
    expect(patched.status).toBe(200);
    expect(patched.body).not.toHaveProperty('webhookSecret');
  });

  it('change with the account: by a merge patch, in a new version, and only in the expected one', async () => {
    const { id } = await create({});
    const patch = (body: object, ifMatch?: string) =>
      call('PATCH', `/accounts/${id}`, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    const first = await patch({ webhookUrl: URL_A }, '1');
    expect(first.body).toMatchObject({ webhookUrl: URL_A, webhookSecret: expect.any(String), version: 2 });
    expect(await patch({ webhookUrl: 'https://b.example.com/' }, '1')).toMatchObject({ status: 409 });
    const second = await patch({ name: 'Acme & Sons' });
    expect(second.body).toMatchObject({ webhookUrl: URL_A, version: 3 });
    const rotated = await patch({ webhookSecret: null });
    expect(rotated.body).toMatchObject({ webhookUrl: URL_A, version: 4 });
    expect((rotated.body as Account).webhookSecret).not.toBe((first.body as Account).webhookSecret);
    expect((await patch({ webhookUrl: null })).body).toMatchObject({ webhookUrl: null, version: 5 });
  });

  it.each([
    'https://127.0.0.1/hook',
    'https://2130706433/hook',
    'https://0177.0.0.1/hook',
    'https://10.1.2.3/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/hook',
    'https://[::ffff:127.0.0.1]/hook',
    'https://[64:ff9b::7f00:1]/hook',
    'https://localhost/hook',
    'https://postgres/hook',
    'https://user:password@app.example.com/hook',
    'https://app.example.com:25/hook',
    'http://app.example.com/hook',
    'http://127.0.0.1:9444/hook',
    'ftp://app.example.com/hook',
    'not a url',
  ])('are not sent to %s', async (webhookUrl) => {
    const { id } = await create({});
    for (const answer of [
      await call('POST', '/accounts', { name: 'a', webhookUrl }),
      await call('PATCH', `/accounts/${id}`, { webhookUrl }),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request', problems: [expect.stringMatching(/^webhookUrl must /)] } },
      });
    expect((await call('GET', `/accounts/${id}`)).body).toMatchObject({ webhookUrl: null, version: 1 });
  });

  it('are sent inside where CONTENT_PROXY_ALLOW says so', async () => {
    expect(await create({ webhookUrl: 'http://127.0.0.1:9443/hook' })).toMatchObject({
      webhookUrl: 'http://127.0.0.1:9443/hook',
    });
  });

  it.each(['', 'secret', 'whsec_c2hvcnQ=', 7])('do not take %j for a secret', async (webhookSecret) => {
    expect(await call('POST', '/accounts', { name: 'a', webhookUrl: URL_A, webhookSecret })).toMatchObject({
      status: 400,
      body: { error: { problems: [expect.stringContaining('webhookSecret must be whsec_')] } },
    });
  });

  it('need a URL for their secret', async () => {
    expect(await call('POST', '/accounts', { name: 'a', webhookSecret: SECRET })).toMatchObject({
      status: 400,
      body: { error: { problems: ['webhookSecret needs a webhookUrl.'] } },
    });
  });

  it('are listed, and those of an unknown account are not found', async () => {
    const { id } = await create({ webhookUrl: URL_A });
    expect(await call('GET', `/accounts/${id}/webhook-deliveries`)).toMatchObject({
      status: 200,
      body: { data: [], nextCursor: null },
    });
    expect(await call('GET', '/accounts/999999/webhook-deliveries')).toMatchObject({ status: 404 });
  });
});
