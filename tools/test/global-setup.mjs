// @ts-check
/**
 * Runs once before the tests of a run: brings `dist/` up to date, because end-to-end tests drive the built programs, and offers databases
 * to the test files. Postgres itself starts only when the first of them asks.
 */
import { build, ROOT } from '../build/build.mjs';
import { changeAfterMigrations } from './after-migrations.mjs';

export default async function setUp() {
  await build();
  const { BROKER_VARIABLE, startDatabaseBroker } = await import(
    `${ROOT}/dist/node_modules/@tokenbay/testing/postgres/database-broker.js`
  );
  const broker = await startDatabaseBroker({ migrate });
  process.env[BROKER_VARIABLE] = broker.url;
  Object.assign(globalThis, { tokenbayTestDatabases: broker });
}

/** @param {string} url */
async function migrate(url) {
  const { runMigrations } = await import(`${ROOT}/dist/node_modules/@tokenbay/schema/index.js`);
  await runMigrations(url);
  await changeAfterMigrations(url);
}
