import { randomBytes } from 'node:crypto';
import { AdminClient } from '@tokenbay/testing';
import { OWNER_TOKEN, type RunningAdmin, startAdmin } from './start-admin.js';
import { addAdmin } from './add-admin.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const UNKNOWN_TOKEN = `adm-${'0123456789'.repeat(5)}`;
let admin: RunningAdmin;
let routes: { method: string; path: string }[];

beforeAll(async () => {
  admin = await startAdmin();
  const document = (await (await fetch(`${admin.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => METHODS.includes(method))
      .map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, '1') })),
  );
}, 60_000);
afterAll(() => admin.stop());

async function ask(method: string, path: string, headers: Record<string, string>) {
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}' };
  const answer = await fetch(admin.url + path, {
    method,
    headers: { ...(body.body && { 'content-type': 'application/json' }), ...headers },
    ...body,
  });
  const { error } = (await answer.json().catch(() => ({}))) as { error?: { code?: string; type?: string } };
  return { status: answer.status, code: error?.code, type: error?.type };
}

const closed = () => routes.filter(({ path }) => !path.startsWith('/health/'));

describe('the guard of the admin API', () => {
  it('sees every route of the application, all but health under the base path', () => {
    expect(routes.length).toBeGreaterThan(5);
    for (const { path } of closed()) expect(path).toMatch(/^\/admin\/v1\//);
  });

  it.each<[string, Record<string, string>, string]>([
    ['no token', {}, 'admin_token_missing'],
    ['an empty token', { authorization: 'Bearer ' }, 'admin_token_missing'],
    ['another scheme', { authorization: `Basic ${OWNER_TOKEN}` }, 'admin_token_missing'],
    ['the token in another header', { 'x-api-key': OWNER_TOKEN }, 'admin_token_missing'],
    ['a wrong token', { authorization: `Bearer ${UNKNOWN_TOKEN}` }, 'admin_token_invalid'],
    ['a short token', { authorization: 'Bearer x' }, 'admin_token_invalid'],
    ['two tokens', { authorization: `Bearer ${OWNER_TOKEN} ${OWNER_TOKEN}` }, 'admin_token_invalid'],
  ])('refuses %s on every route', async (_, headers, code) => {
    for (const { method, path } of closed()) {
      const answer = await ask(method, path, headers);
      expect({ method, path, ...answer }).toEqual({ method, path, status: 401, code, type: 'authentication_error' });
    }
  });

  it('lets the owner through on every route', async () => {
    for (const { method, path } of closed().filter((route) => route.method !== 'DELETE')) {
      const { status } = await ask(method, path, { authorization: `bearer ${OWNER_TOKEN}` });
      expect([method, path, status]).not.toEqual([method, path, 401]);
      expect([method, path, status]).not.toEqual([method, path, 500]);
    }
  });

  it('lets a viewer read and refuses every change with permission_denied', async () => {
    const token = await addAdmin(admin, 'viewer');
    expect((await new AdminClient(admin.url, token).request('GET', '/groups')).status).toBe(200);
    for (const { method, path } of closed().filter((route) => route.method !== 'GET')) {
      const answer = await ask(method, path, { authorization: `Bearer ${token}` });
      expect({ method, path, ...answer }).toMatchObject({ status: 403, code: 'permission_denied' });
    }
  });

  it('keeps tokens out of the log', () => {
    expect(admin.program.output).not.toContain(OWNER_TOKEN);
    expect(admin.program.output).not.toContain(UNKNOWN_TOKEN);
  });

  it('limits wrong tokens per address and names the wait, but keeps nobody out who was in before', async () => {
    const other = await startAdmin({ database: admin.database, secretsKey: admin.secretsKey });
    try {
      expect((await other.client.request('GET', '/groups')).status).toBe(200);
      const wrong = new AdminClient(other.url, `adm-${randomBytes(24).toString('hex')}`);
      const codes = new Set<string | undefined>();
      for (let attempt = 0; attempt < 320; attempt += 1) codes.add((await wrong.request('GET', '/groups')).code);
      expect(codes).toEqual(new Set(['admin_token_invalid', 'global_rate_limited']));
      const refused = await wrong.request('GET', '/groups');
      expect(refused.status).toBe(429);
      expect((await other.client.request('GET', '/groups')).status).toBe(200);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    } finally {
      await other.program.stop();
    }
  }, 60_000);
});
