import pg from 'pg';
import { cloneDatabase } from './clone-database.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql).finally(() => client.end());
  return rows;
}

describe('cloneDatabase', () => {
  it('gives every caller a database that no other caller sees into', async () => {
    const [one, two] = await Promise.all([cloneDatabase({ empty: true }), cloneDatabase({ empty: true })]);
    await query(one.url, 'CREATE TABLE mine (id integer)');
    expect(await query(one.url, "SELECT to_regclass('mine') IS NOT NULL AS found")).toEqual([{ found: true }]);
    expect(await query(two.url, "SELECT to_regclass('mine') IS NOT NULL AS found")).toEqual([{ found: false }]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('drops a database although somebody is still connected', async () => {
    const database = await cloneDatabase({ empty: true });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const cut = new Promise((done) => client.on('error', done));
    await database.drop();
    await cut;
  });
});
