import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);
afterAll(() => admin.stop());

const ask = (path: string, init?: RequestInit) => fetch(admin.url + path, init);

describe('the admin application', () => {
  it('says without a token that it lives and is ready', async () => {
    for (const path of ['/health/live', '/health/ready']) expect((await ask(path)).status).toBe(200);
  });

  it('publishes its OpenAPI document without a token', async () => {
    const answer = await ask('/openapi.json');
    expect(answer.headers.get('content-type')).toContain('application/json');
    const document = (await answer.json()) as { openapi: string; paths: Record<string, Record<string, unknown>> };
    expect(document.openapi).toMatch(/^3\./);
    expect(document.paths['/admin/v1/groups']).toHaveProperty('post');
    const post = document.paths['/admin/v1/groups']?.['post'] as { parameters: { name: string }[]; security: unknown };
    expect(post.parameters.map(({ name }) => name)).toContain('Idempotency-Key');
    expect(post.security).toEqual([{ token: [] }]);
  });

  it('shows its documentation in a browser without reaching for other hosts', async () => {
    const page = await ask('/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) expect((await ask(new URL(asset, `${admin.url}/docs`).pathname)).status).toBe(200);
  });

  it('names every answer and refuses unknown paths with not_found in the common form', async () => {
    for (const path of [
      '/',
      '/nowhere',
      '/admin/v1/nowhere',
      '/admin/v1/groups/',
      '/ADMIN/v1/groups',
      '/docs/nowhere.js',
    ]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('x-request-id')).toBe(answer.headers.get('request-id'));
      expect(answer.headers.get('x-should-retry')).toBe('false');
      expect(await answer.json()).toEqual({
        error: { message: expect.any(String), type: 'not_found_error', code: 'not_found' },
      });
    }
  });

  it('drains and exits 0 on SIGTERM', async () => {
    const other = await startAdmin({ database: admin.database, secretsKey: admin.secretsKey });
    expect(await other.program.stop()).toBe(true);
    expect(other.program.exitCode).toBe(0);
  });
});
