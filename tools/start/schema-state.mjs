// @ts-check
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';

const MIGRATIONS = join(ROOT, 'dist', 'node_modules', '@tokenbay', 'schema', 'migrations');
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
    return rows[0].count === readdirSync(MIGRATIONS).filter((file) => file.endsWith('.js')).length;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
