// @ts-check
/** `npm run chaos`: kills, freezes and cuts off whatever can be, under load, and checks the books against what the outside saw. */
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';
import { readOptions } from './options.mjs';

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  await ensureReady({ build: true });
  const { runChaos } = await import('./run.mjs');
  process.exitCode = (await runChaos(options)) ? 0 : 1;
});
