// @ts-check
/**
 * Runs every migration up, compares tables and entities, runs every migration down, and up again, in an empty Postgres of its own.
 * Reads the compiled libraries: `dist/` must be up to date.
 */
import { fileURLToPath } from 'node:url';
import { MigrationExecutor } from 'typeorm';
import { runCommand, PlainFailure } from '../bootstrap/plain-failure.mjs';

const LIBRARIES = fileURLToPath(new URL('../../dist/node_modules/@tokenbay/', import.meta.url));
const OWN_TABLE = 'schema_migration';

/** Everything a migration can leave behind, one line per object, except TypeORM's own table. */
const CATALOG = `
  WITH own AS (SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname !~ '^${OWN_TABLE}')
  SELECT 'relation ' || relkind::text || ' ' || relname AS line FROM own WHERE relkind <> 'i'
  UNION ALL SELECT format('column %s.%s %s null=%s identity=%s default=%s', relname, attname, format_type(atttypid, atttypmod), NOT attnotnull, attidentity, pg_get_expr(adbin, adrelid))
    FROM own JOIN pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = own.oid AND adnum = attnum WHERE relkind IN ('r', 'p', 'v', 'm')
  UNION ALL SELECT format('constraint %s.%s %s', relname, conname, pg_get_constraintdef(c.oid)) FROM own JOIN pg_constraint c ON conrelid = own.oid
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM own JOIN pg_index ON indrelid = own.oid
  UNION ALL SELECT pg_get_triggerdef(t.oid) FROM own JOIN pg_trigger t ON tgrelid = own.oid AND NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
  UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
  UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'
  UNION ALL SELECT 'extension ' || extname FROM pg_extension
  ORDER BY 1`;

await runCommand(async () => {
  const { startPostgres } = await import(`${LIBRARIES}testing/index.js`);
  const { createDataSource } = await import(`${LIBRARIES}schema/index.js`);
  const postgres = await startPostgres();
  try {
    const source = await createDataSource(postgres.url()).initialize();
    await check(source).finally(() => source.destroy());
  } finally {
    await postgres.stop();
  }
});

/** @param {import('typeorm').DataSource} source */
async function check(source) {
  const stages = await migrateUp(source);
  const differences = await compareWithEntities(source);
  if (differences.length > 0) {
    throw new PlainFailure(
      `Entities and tables differ. To make the tables follow, TypeORM would run:\n  ${differences.join('\n  ')}`,
    );
  }
  await migrateDown(source, stages);
  await source.runMigrations();
  console.log(
    `${stages.length} migrations up, down and up again; ${source.entityMetadatas.length} entities agree with their tables.`,
  );
}

/** One migration after the other; answers each with the catalog as it was before. @param {import('typeorm').DataSource} source */
async function migrateUp(source) {
  const executor = new MigrationExecutor(source);
  const stages = [];
  for (const migration of await executor.getPendingMigrations()) {
    stages.push({ name: migration.name, before: await readCatalog(source) });
    await executor.executeMigration(migration);
  }
  return stages;
}

/**
 * Each `down` must lead back to exactly what was there before its `up`.
 *
 * @param {import('typeorm').DataSource} source
 * @param {{ name: string, before: string[] }[]} stages
 */
async function migrateDown(source, stages) {
  for (const { name, before } of stages.toReversed()) {
    await source.undoLastMigration();
    const after = await readCatalog(source);
    const left = after.filter((line) => !before.includes(line)).map((line) => `left behind: ${line}`);
    const lost = before.filter((line) => !after.includes(line)).map((line) => `lost: ${line}`);
    if (left.length + lost.length > 0)
      throw new PlainFailure(`${name}: down does not undo up.\n  ${[...left, ...lost].join('\n  ')}`);
  }
}

/**
 * What TypeORM would change. Foreign keys are set aside: between rooms they stand in the migration only, and an entity refers by id column.
 *
 * @param {import('typeorm').DataSource} source
 */
async function compareWithEntities(source) {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  const rows = /** @type {{ drop: string }[]} */ (
    await source.query(
      `SELECT format('ALTER TABLE "%s" DROP CONSTRAINT "%s"', conrelid::regclass, conname) AS drop FROM pg_constraint WHERE contype = 'f'`,
    )
  );
  const foreignKeys = new Set(rows.map(({ drop }) => drop));
  return upQueries.map(({ query }) => query).filter((query) => !foreignKeys.has(query));
}

/** @param {import('typeorm').DataSource} source @returns {Promise<string[]>} */
async function readCatalog(source) {
  const rows = /** @type {{ line: string }[]} */ (await source.query(CATALOG));
  return rows.map(({ line }) => line);
}
