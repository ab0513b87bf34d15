import { DataSource } from 'typeorm';
import { ENTITIES } from './entities.js';
import { MIGRATIONS } from './migrations.js';

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

/** Brings a database up to the newest schema; safe to call from several processes at once. Answers the names of what ran. */
export async function runMigrations(url: string): Promise<string[]> {
  return withDataSource(url, async (source) => {
    const lock = source.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      return (await source.runMigrations()).map(({ name }) => name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  });
}

/** Throws, in words for an operator, unless every migration this build knows has run. */
export async function assertSchemaCurrent(url: string): Promise<void> {
  const isBehind = await withDataSource(url, (source) => source.showMigrations());
  if (isBehind)
    throw new Error('the database schema is older than this build: start the admin application, which migrates it');
}

async function withDataSource<T>(url: string, work: (source: DataSource) => Promise<T>): Promise<T> {
  const source = await createDataSource(url).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}
