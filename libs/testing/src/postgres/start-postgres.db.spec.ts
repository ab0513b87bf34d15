import pg from 'pg';
import { startPostgres, type TestPostgres } from './start-postgres.js';

describe('startPostgres', () => {
  let postgres: TestPostgres;
  beforeAll(async () => void (postgres = await startPostgres({ durable: true })), 30_000);
  afterAll(() => postgres.stop());

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: postgres.url(), query_timeout: 500 });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql).finally(() => client.end());
    return rows;
  }

  it('flushes to disk when asked to be durable', async () => {
    expect(await query('SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('keeps what was committed over an immediate stop', async () => {
    await query('CREATE TABLE kept AS SELECT 42 AS answer');
    await postgres.halt('immediate');
    await expect(query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.start();
    expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('can be stopped mid-breath and goes on afterwards', async () => {
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]?.pid ?? 0, 'SIGSTOP');
    const answer = client.query('SELECT 1 AS one');
    const silence = new Promise((done) => setTimeout(done, 200, 'silence'));
    expect(await Promise.race([answer, silence])).toBe('silence');
    process.kill(rows[0]?.pid ?? 0, 'SIGCONT');
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});
