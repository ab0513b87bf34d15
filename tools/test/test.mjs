// @ts-check
/** `npm test`: installs and builds when needed, then runs every test, or those that the arguments name (they are Jest's). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureReady, ROOT } from '../bootstrap/bootstrap.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';

const REPORTER = fileURLToPath(new URL('./count-reporter.mjs', import.meta.url));

await runCommand(async () => {
  await ensureReady({ build: true });
  const { code, passed, failed } = await runJest(process.argv.slice(2));
  console.log(`${passed} passed, ${code === 0 ? failed : Math.max(failed, 1)} failed`);
  process.exit(code);
});

/** @param {string[]} args @returns {Promise<{ code: number, passed: number, failed: number }>} */
function runJest(args) {
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  // At the end: this option takes every plain argument that follows for one more reporter.
  const reporters = ['--reporters=default', `--reporters=${REPORTER}`];
  const child = spawn(process.execPath, [...nodeFlags, jest, ...args, ...reporters], {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let counts = { passed: 0, failed: 0 };
  child.on('message', (message) => {
    counts = /** @type {typeof counts} */ (message);
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, ...counts }));
  });
}
