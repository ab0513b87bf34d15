// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainFailure } from './plain-failure.mjs';

const NODE_OLDEST_MAJOR = 20;
const PROGRESS_INTERVAL_MS = 10_000;

/** @typedef {{ version?: string, resolved?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage */

/**
 * Runs `npm ci` when `node_modules` is absent or is not what `package-lock.json` asks for, and says so while it lasts.
 *
 * @param {string} root
 */
export async function installIfStale(root) {
  if (Number.parseInt(process.versions.node, 10) < NODE_OLDEST_MAJOR) {
    throw new PlainFailure(`Node ${process.versions.node} is too old: Node ${NODE_OLDEST_MAJOR} or newer is needed.`);
  }
  if (isInstalled(root)) return;
  const started = Date.now();
  console.log('Installing dependencies with "npm ci"; the first time takes about a minute.');
  const ticker = setInterval(() => {
    console.log(`  still installing, ${Math.round((Date.now() - started) / 1000)} s`);
  }, PROGRESS_INTERVAL_MS);
  try {
    await runNpm(root, ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  } finally {
    clearInterval(ticker);
  }
  console.log(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/**
 * Whether every package of the lock file lies in `node_modules` in the locked version. Npm writes its own copy of the lock last, so a
 * broken-off install does not count. Packages for other platforms may be absent.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !installed || !existsSync(join(root, 'node_modules', '.bin', 'node'))) return false;
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return Boolean(locked.optional || locked.devOptional || locked.peer);
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

/** @param {string} file @returns {Record<string, LockedPackage> | undefined} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {string} root @param {string[]} args */
function runNpm(root, args) {
  const cli = process.env['npm_execpath'];
  const [command, ...prefix] = cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(command ?? 'npm', [...prefix, ...args], { cwd: root, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.once(signal, () => child.kill(signal));
    child.on('error', (error) => reject(new PlainFailure(`npm could not be started: ${error.message}.`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else reject(new PlainFailure(`"npm ci" failed (${signal ?? `exit ${code}`}); its own words are above.`));
    });
  });
}
