// @ts-check
/** `npm start`: installs, builds, and runs the whole house on this machine until it is told to stop. */
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { onParentLost } from '../bootstrap/parent.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';
import { parseOptions, USAGE } from './options.mjs';

/** Ctrl-C reaches us from the terminal and again from npm: what follows this soon is the same wish. */
const SAME_SIGNAL_MS = 1_000;
const EXIT_FORCED = 130;

await runCommand(async () => {
  const { wantsDemo, wantsHelp, dataPath } = parseOptions(process.argv.slice(2));
  if (wantsHelp) return console.log(USAGE);
  await ensureReady({ build: true });
  const { DataFolder } = await import('./data-folder.mjs');
  const { House } = await import('./house.mjs');
  const { announcementOf } = await import('./announce.mjs');
  const folder = new DataFolder(dataPath);
  folder.open();
  const house = new House(folder, process.env);
  stopOnSignals(house);
  try {
    console.log(announcementOf(await house.start({ wantsDemo })));
    await house.processes.death;
  } catch (error) {
    await fail(house, error);
  }
});

/** @param {import('./house.mjs').House} house */
function stopOnSignals(house) {
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      console.log('\nStopping; once more to force it.');
      void house.stop().then(() => process.exit(0));
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) {
      house.kill();
      process.exit(EXIT_FORCED);
    }
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, onSignal);
  onParentLost(onSignal);
}

/** @param {import('./house.mjs').House} house @param {unknown} error @returns {Promise<never>} */
async function fail(house, error) {
  const { AlreadyExplained } = await import('./processes.mjs');
  if (house.processes.isStopping) return new Promise(() => {});
  const { PlainFailure } = await import('../bootstrap/plain-failure.mjs');
  if (!(error instanceof AlreadyExplained)) console.error(error instanceof PlainFailure ? error.message : error);
  await house.stop();
  process.exit(1);
}
