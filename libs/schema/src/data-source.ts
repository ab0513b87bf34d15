import type { SecretsKey } from '@tokenbay/platform';
import { DataSource } from 'typeorm';
import { ENTITIES } from './entities.js';
import { MIGRATIONS } from './migrations.js';
import { grantPrivileges } from './privileges.js';

/** All processes that migrate at the same moment wait for each other behind this advisory lock. */
const MIGRATION_LOCK = 7_046_029_254;

/** A data source that knows every entity and migration; the caller initializes and destroys it. */
export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: 2,
    connectTimeoutMS: 5_000,
    applicationName: 'tokenbay-migrate',
  });
}

/**
 * Brings a database up to the newest schema and the application's role up to its rights; safe to call from several processes at once.
 * Answers the names of what ran. Throws, in words for an operator, and changes nothing, where a newer build has migrated it before.
 */
export async function runMigrations(url: string): Promise<string[]> {
  return withDataSource(url, migrate);
}

/**
 * Makes a database ready for this build and this `SECRETS_KEY`: migrates it, and on a new one remembers the key. Throws, in words for an
 * operator, where the database was set up with another key, and where it is newer than this build.
 */
export async function prepareDatabase(url: string, secretsKey: SecretsKey): Promise<string[]> {
  return withDataSource(url, async (source) => {
    const ran = await migrate(source);
    await source.query('INSERT INTO installation (secrets_check) VALUES ($1) ON CONFLICT DO NOTHING', [
      checkOf(secretsKey),
    ]);
    await assertSecretsKey(source, secretsKey);
    return ran;
  });
}

/** Throws, in words for an operator, unless every migration this build knows has run and the database was set up with this `SECRETS_KEY`. */
export async function assertDatabaseReady(url: string, secretsKey: SecretsKey): Promise<void> {
  await withDataSource(url, async (source) => {
    if (await source.showMigrations())
      throw new Error('the database schema is older than this build: start the admin application, which migrates it');
    await assertSecretsKey(source, secretsKey);
  });
}

async function migrate(source: DataSource): Promise<string[]> {
  const lock = source.createQueryRunner();
  await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await assertNotNewer(source);
    const ran = await source.runMigrations();
    await grantPrivileges(source);
    return ran.map(({ name }) => name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await lock.release();
  }
}

/** A build that does not know what a newer one has made would take away the rights to it. */
async function assertNotNewer(source: DataSource): Promise<void> {
  const [table] = await source.query<{ name: string | null }[]>(`SELECT to_regclass('schema_migration')::text AS name`);
  if (!table?.name) return;
  const rows = await source.query<{ name: string }[]>('SELECT name FROM schema_migration ORDER BY id');
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const newer = rows.find(({ name }) => !known.has(name));
  if (newer)
    throw new Error(
      `the database schema is newer than this build, which does not know ${newer.name}: start the build that migrated it, or a later one`,
    );
}

async function assertSecretsKey(source: DataSource, secretsKey: SecretsKey): Promise<void> {
  const rows = await source.query<{ secrets_check: Buffer }[]>('SELECT secrets_check FROM installation');
  // Where no administrator has been yet, there is nothing that a key could fail to open.
  if (rows[0]?.secrets_check.equals(checkOf(secretsKey)) === false)
    throw new Error(
      'SECRETS_KEY is not the one that this database was set up with: no key could be recognised, no secret opened',
    );
}

function checkOf(secretsKey: SecretsKey): Buffer {
  return secretsKey.derive('secrets-check/1');
}

async function withDataSource<T>(url: string, work: (source: DataSource) => Promise<T>): Promise<T> {
  const source = await createDataSource(url).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}
