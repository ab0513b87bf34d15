import { randomBytes } from 'node:crypto';
import { SecretsKey } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import pg from 'pg';
import { assertDatabaseReady, prepareDatabase } from './data-source.js';

const KEY = SecretsKey.parse(randomBytes(32).toString('base64'))!;

describe('a database that a newer build has migrated', () => {
  let clone: ClonedDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    clone = await cloneDatabase();
    client = new pg.Client({ connectionString: clone.url });
    await client.connect();
    await prepareDatabase(clone.url, KEY);
    await client.query(`INSERT INTO schema_migration (timestamp, name) VALUES (9999, 'Future0000000009999');
      CREATE FUNCTION points_from_the_future() RETURNS integer LANGUAGE sql AS 'SELECT 1';
      GRANT EXECUTE ON FUNCTION points_from_the_future TO PUBLIC`);
  });

  afterAll(async () => {
    await client.end();
    await clone.drop();
  });

  it('is neither migrated nor deprived of its rights by an older one, which says why', async () => {
    await expect(prepareDatabase(clone.url, KEY)).rejects.toThrow(
      'the database schema is newer than this build, which does not know Future0000000009999',
    );
    const { rows } = await client.query<{ may: boolean }>(
      `SELECT has_function_privilege('public', 'points_from_the_future()', 'EXECUTE') AS may`,
    );
    expect(rows).toEqual([{ may: true }]);
  });

  it('still serves gateways of an older one, as long as an upgrade takes', async () => {
    await expect(assertDatabaseReady(clone.url, KEY)).resolves.toBeUndefined();
  });
});
