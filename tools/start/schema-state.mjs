// @ts-check
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';

const MIGRATIONS_FILE = join(ROOT, 'dist', 'node_modules', '@tokenbay', 'schema', 'migrations.js');
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Whether the database has as many migrations as this build brings, so that the gateway need not wait for the admin application to run
 * them. Only a hint that saves a second: the gateway looks for itself.
 *
 * @param {string} databaseUrl
 */
export async function looksMigrated(databaseUrl) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('SELECT count(*)::int AS count FROM schema_migration');
    const { MIGRATIONS } = await import(MIGRATIONS_FILE);
    return rows[0].count === MIGRATIONS.length;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
