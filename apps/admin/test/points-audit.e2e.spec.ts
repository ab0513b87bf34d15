import { uuidv7 } from '@tokenbay/platform';
import { builtFile, startProgram, startSystem, type System } from '@tokenbay/testing';
import pg from 'pg';

const COMMAND = builtFile('apps/admin/audit/main.js');
const TIMEOUT_MS = 30_000;

describe('points:audit', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);

  afterAll(() => system.stop());

  async function run(args: string[] = [], url = system.databaseUrl) {
    const program = startProgram('audit', { file: COMMAND, args, env: { DATABASE_URL: url } });
    const code = await program.waitForEnd(TIMEOUT_MS);
    return { code, output: program.output };
  }

  async function withOwner(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: system.databaseUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  it('is done by the running system itself, and its gateways say how it ended', async () => {
    const { account, apiKey, modelName } = await system.world();
    expect((await system.gateway.chat(apiKey, modelName)).status).toBe(200);
    const gauge = async () => {
      const text = await (await fetch(system.metricsUrl)).text();
      return /^tokenbay_audit_accounts_with_difference\{audit="full"\} (\d+)$/m.exec(text)?.[1];
    };
    await system.adminProcess.waitUntil(async () => (await gauge()) === '0', TIMEOUT_MS);
    await withOwner(`UPDATE audit_run SET accounts = '{${account.id}}' WHERE kind = 'full'`);
    await system.adminProcess.waitUntil(async () => (await gauge()) === '1', TIMEOUT_MS);
    const text = await (await fetch(system.metricsUrl)).text();
    for (const name of [
      'doubts',
      'quarantined_total',
      'conflicts_total',
      'headroom_micropoints',
      'fenced',
      'oldest_settle_seconds',
    ])
      expect(text).toMatch(new RegExp(`^tokenbay_ledger_${name} 0$`, 'm'));
    expect(text).toMatch(/^tokenbay_ledger_batch_lines_count\{lane="settle"\} [1-9]/m);
  }, 60_000);

  it('exits 0 on the books of a running system', async () => {
    const { apiKey, modelName } = await system.world();
    expect((await system.gateway.chat(apiKey, modelName)).status).toBe(200);
    const { code, output } = await run();
    expect(output).toMatch(/^Read \d+ accounts, \d+ charges, .*\nThe books agree\.\n$/);
    expect(code).toBe(0);
  });

  it('exits 1 with both sides of each difference, for people and for programs', async () => {
    const { account } = await system.world();
    await withOwner(`UPDATE point_account SET available = available + 1 WHERE account_id = ${account.id}`);
    const human = await run();
    const json = await run(['--json']);
    await withOwner(`UPDATE point_account SET available = available - 1 WHERE account_id = ${account.id}`);
    expect(human).toMatchObject({ code: 1, output: expect.stringContaining(`account ${account.id}`) as string });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.output)).toMatchObject({
      agrees: false,
      total: 1,
      differences: [{ kind: 'account', accountId: account.id, otherSide: { held: '0' } }],
    });
  });

  it.each([
    ['nobody listens', 'postgres://a:b@127.0.0.1:1/x', 'Cannot reach the database at 127.0.0.1:1 (ECONNREFUSED)'],
    ['there is no database', 'nowhere', 'DATABASE_URL'],
  ])('exits 2 with one sentence where %s', async (_, url, sentence) => {
    const { code, output } = await run([], url);
    expect(code).toBe(2);
    expect(output).toContain(sentence);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('exits 2 where the role may not read the ledger, or the ledger is not there', async () => {
    const role = `stranger_${uuidv7().replaceAll('-', '')}`;
    await withOwner(`CREATE ROLE ${role} LOGIN PASSWORD 'stranger'`);
    const url = new URL(system.databaseUrl);
    url.username = role;
    url.password = 'stranger';
    const forbidden = await run([], url.href);
    url.pathname = '/template1';
    const empty = await run([], url.href);
    await withOwner(`DROP ROLE ${role}`);
    expect(forbidden).toEqual({ code: 2, output: expect.stringContaining('may not read the ledger') as string });
    expect(empty).toEqual({ code: 2, output: expect.stringContaining('has no ledger') as string });
  });

  it('exits 2 with its usage where it is asked for what it cannot do', async () => {
    expect(await run(['--fix'])).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') as string });
  });
});
