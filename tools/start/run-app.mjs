// @ts-check
/** `npm run start:gateway` and `start:admin`: installs and builds when needed, then runs one application in the foreground. */
import { constants } from 'node:os';
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { onParentLost } from '../bootstrap/parent.mjs';
import { PlainFailure, runCommand } from '../bootstrap/plain-failure.mjs';

const APPS = ['gateway', 'admin'];
/** Ctrl-C reaches us from the terminal and again from npm: what follows this soon is the same wish. */
const SAME_SIGNAL_MS = 1_000;

await runCommand(async () => {
  const name = process.argv[2] ?? '';
  if (!APPS.includes(name)) throw new PlainFailure(`Usage: run-app.mjs ${APPS.join('|')}`);
  await ensureReady({ build: true });
  const { Processes } = await import('./processes.mjs');
  const processes = new Processes();
  const { child } = processes.start({ name, program: `apps/${name}/main.js`, env: process.env });
  passSignalsTo(child);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
  await processes.dismissKeeper();
  process.exit(code);
});

/** @param {import('node:child_process').ChildProcess} child */
function passSignalsTo(child) {
  let passedAt = 0;
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    if (Date.now() - passedAt < SAME_SIGNAL_MS) return;
    passedAt = Date.now();
    child.kill(signal);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => pass(signal));
  onParentLost(() => pass('SIGTERM'));
}
