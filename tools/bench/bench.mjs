// @ts-check
/** `npm run bench`: what a governed request costs, measured against a bare pass-through on the same machine in the same minutes. */
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';
import { readOptions } from './options.mjs';

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  await ensureReady({ build: true });
  const { runBench } = await import('./run.mjs');
  process.exitCode = (await runBench(options)) ? 0 : 1;
});
