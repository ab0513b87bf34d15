// @ts-check
import { readFileSync } from 'node:fs';

/** Names a file of statements that the database which every test's is cloned from is changed by, once it is migrated. */
export const AFTER_MIGRATIONS_VARIABLE = 'TOKENBAY_TEST_AFTER_MIGRATIONS';

/** Changes a migrated database as the variable says; without it not at all. @param {string} url */
export async function changeAfterMigrations(url) {
  const file = process.env[AFTER_MIGRATIONS_VARIABLE];
  if (!file) return;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(readFileSync(file, 'utf8')).finally(() => client.end());
}
