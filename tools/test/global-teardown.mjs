// @ts-check
/** Runs once after the tests of a run: stops the Postgres that was started for them, if any. */
export default async function tearDown() {
  await /** @type {any} */ (globalThis).tokenbayTestDatabases?.close();
}
