// @ts-check
/**
 * `npm run guards [-- words …]`: takes each guard of the ledger away in turn, or those whose names hold any of the words, and sees the tests that
 * watch over it fail. Ends with 1 where a removal survives, or where its place is no longer there.
 */
import { ensureReady, ROOT } from '../bootstrap/bootstrap.mjs';
import { PlainFailure, runCommand } from '../bootstrap/plain-failure.mjs';
import { GUARDS } from './guards.mjs';
import { takeFromDatabase, takeFromSources } from './take-away.mjs';
import { findUnsound, judge } from './verdict.mjs';
import { Workshop } from './workshop.mjs';

/** @typedef {{ guard: import('./guard.mjs').Guard, statements: string[], sources: Map<string, string> }} Removal */

await runCommand(async () => {
  await ensureReady({ build: true });
  const wanted = process.argv.slice(2);
  const chosen = GUARDS.filter(({ name }) => wanted.length === 0 || wanted.some((words) => name.includes(words)));
  if (chosen.length === 0) throw new PlainFailure(`No guard's name holds "${wanted.join('" or "')}".`);
  const removals = await prepare(chosen);
  const workshop = new Workshop();
  process.once('exit', () => workshop.close());
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(1));
  await assertSound(workshop, chosen);
  const survivors = [];
  for (const { guard, ...spoilt } of removals) {
    const startedMs = performance.now();
    const { isCaught, lines } = judge(await workshop.run(guard.caughtBy, spoilt));
    if (!isCaught) survivors.push(guard.name);
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
    console.log([`${isCaught ? 'caught' : 'MISSED'}  ${guard.name} (${seconds} s)`, ...lines].join('\n          '));
  }
  console.log(`${removals.length - survivors.length} of ${removals.length} guards are watched over`);
  if (survivors.length > 0) throw new PlainFailure(`Nothing fails without:\n  ${survivors.join('\n  ')}`);
});

/** Works out every removal before the first is tried. @param {readonly import('./guard.mjs').Guard[]} guards @returns {Promise<Removal[]>} */
async function prepare(guards) {
  const { default: pg } = await import('pg');
  const { startPostgres } = await import(`${ROOT}/dist/node_modules/@tokenbay/testing/postgres/start-postgres.js`);
  const { runMigrations } = await import(`${ROOT}/dist/node_modules/@tokenbay/schema/index.js`);
  const postgres = await startPostgres();
  try {
    await runMigrations(postgres.url());
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    try {
      const removals = [];
      for (const guard of guards)
        removals.push({
          guard,
          statements: await takeFromDatabase(guard, client),
          sources: takeFromSources(guard, ROOT),
        });
      return removals;
    } finally {
      await client.end();
    }
  } finally {
    await postgres.stop();
  }
}

/** A spec that fails with every guard in its place proves nothing. @param {Workshop} workshop @param {readonly import('./guard.mjs').Guard[]} guards */
async function assertSound(workshop, guards) {
  const specs = [...new Set(guards.flatMap(({ caughtBy }) => caughtBy))];
  const unsound = findUnsound(await workshop.run(specs));
  if (unsound.length > 0) throw new PlainFailure(`With every guard in its place:\n  ${unsound.join('\n  ')}`);
  console.log(`${specs.length} specs pass with every guard in its place`);
}
