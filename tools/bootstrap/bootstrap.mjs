// @ts-check
/**
 * What every command of the house does first: install what is missing, then go on under the Node release of `node_modules`.
 * Built-ins only, and nothing newer than Node 20 offers: this runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlainFailure } from './plain-failure.mjs';
import { installIfStale } from './install.mjs';
import { onParentLost } from './parent.mjs';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const NODE_MAJOR = 24;
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Resolves once dependencies are installed and this process runs on Node 24 or newer; with `build`, once `dist/` is up to date too.
 * On an older Node the same command line is run again under the installed one: this process then only passes signals and the exit
 * code on, and the promise never resolves.
 *
 * @param {{ build?: boolean }} [options]
 */
export async function ensureReady({ build: wantsBuild = false } = {}) {
  await installIfStale(ROOT);
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) await continueUnderInstalledNode();
  if (wantsBuild) await buildAll();
}

async function buildAll() {
  const { build } = await import('../build/build.mjs');
  const started = performance.now();
  const compiled = await build().catch((/** @type {unknown} */ error) => {
    throw new PlainFailure(`The build failed:\n${error instanceof Error ? error.message : String(error)}`);
  });
  if (compiled > 0) console.log(`Built ${compiled} files in ${Math.round(performance.now() - started)} ms.`);
}

/** The channel lets the continued process notice that this one was killed ({@link onParentLost}). @returns {Promise<never>} */
function continueUnderInstalledNode() {
  const args = [...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` };
  const child = spawn(join(BIN, 'node'), args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  onParentLost(() => child.kill('SIGTERM'));
  return new Promise((_resolve, reject) => {
    child.on('error', () => {
      reject(
        new PlainFailure(`Node ${NODE_MAJOR} is missing from node_modules: run "npm ci" without --ignore-scripts.`),
      );
    });
    child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
}
