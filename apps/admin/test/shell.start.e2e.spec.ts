import { randomBytes } from 'node:crypto';
import { AdminClient, builtFile, cloneDatabase, findFreePort, startProgram } from '@tokenbay/testing';
import { OWNER_TOKEN, type RunningAdmin, startAdmin } from './start-admin.js';

const EXIT_TIMEOUT_MS = 30_000;
const running: RunningAdmin[] = [];

async function start(...args: Parameters<typeof startAdmin>): Promise<RunningAdmin> {
  const admin = await startAdmin(...args);
  running.push(admin);
  return admin;
}

/** Starts the application where it must fail; answers its exit code and what it wrote. */
async function fail(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const program = startProgram('admin', { file: builtFile('apps/admin/main.js'), env });
  await program.waitUntil(() => !program.isRunning, EXIT_TIMEOUT_MS).catch(() => undefined);
  return { code: program.exitCode, output: program.output };
}

afterAll(async () => {
  for (const admin of running.reverse()) await admin.stop();
});

describe('the start of the admin application', () => {
  it('prints a token once on an empty database, and never again', async () => {
    const first = await start({ token: '' });
    const token = /^Admin token \(shown once, keep it\): (adm-\w+)$/m.exec(first.program.output)?.[1] ?? '';
    expect((await new AdminClient(first.url, token).request('GET', '/groups')).status).toBe(200);
    const second = await start({ token: '', database: first.database, secretsKey: first.secretsKey });
    expect(second.program.output).not.toContain('adm-');
    expect((await new AdminClient(second.url, token).request('GET', '/groups')).status).toBe(200);
  }, 60_000);

  it('installs ADMIN_TOKEN for recovery, which ends the token before', async () => {
    const first = await start({ token: '' });
    const token = /(adm-\w+)/.exec(first.program.output)?.[1] ?? '';
    const second = await start({ database: first.database, secretsKey: first.secretsKey });
    expect((await second.client.request('GET', '/groups')).status).toBe(200);
    expect((await new AdminClient(second.url, token).request('GET', '/groups')).code).toBe('admin_token_invalid');
    expect(second.program.output).not.toContain(OWNER_TOKEN);
  }, 60_000);

  it('lets two starts on an empty database migrate at once, and prints one token', async () => {
    const database = await cloneDatabase({ empty: true });
    const secretsKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64');
    const both = await Promise.all([1, 2].map(() => start({ token: '', database, secretsKey })));
    expect(both.filter(({ program }) => program.output.includes('adm-'))).toHaveLength(1);
  }, 60_000);

  it('lists every bad variable and exits 1', async () => {
    const { code, output } = await fail({ ADMIN_PORT: 'x', ADMIN_TOKEN: 'canary-short', ADMIN_PROT: '1' });
    expect(code).toBe(1);
    const names = output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names.sort()).toEqual(['ADMIN_PORT', 'ADMIN_PROT', 'ADMIN_TOKEN', 'DATABASE_URL', 'SECRETS_KEY']);
    expect(output).not.toContain('canary');
  });

  it('refuses a SECRETS_KEY that the database was not set up with, and changes nothing', async () => {
    const admin = await start();
    const { code, output } = await fail({
      DATABASE_URL: admin.database.url,
      SECRETS_KEY: randomBytes(32).toString('base64'),
      ADMIN_PORT: String(await findFreePort()),
      ADMIN_TOKEN: OWNER_TOKEN,
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^Cannot start: SECRETS_KEY is not the one that this database was set up with[^\n]*\n$/);
    expect((await admin.client.request('GET', '/groups')).status).toBe(200);
  }, 60_000);

  it('says in one sentence that the port is taken, and exits 1', async () => {
    const admin = await start();
    const { code, output } = await fail({
      DATABASE_URL: admin.database.url,
      SECRETS_KEY: admin.secretsKey,
      ADMIN_PORT: String(admin.port),
    });
    expect(code).toBe(1);
    expect(output).toBe(`Cannot listen on 127.0.0.1:${admin.port}: another program uses this port.\n`);
  }, 60_000);

  it('says in one sentence that the database does not answer, and exits 1', async () => {
    const { code, output } = await fail({
      DATABASE_URL: 'postgres://user:canary-password@127.0.0.1:1/none',
      SECRETS_KEY: Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64'),
    });
    expect(code).toBe(1);
    expect(output).toBe('Cannot reach the database at 127.0.0.1:1 (ECONNREFUSED); check DATABASE_URL.\n');
  });
});
