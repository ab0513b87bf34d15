import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isInstalled } from './install.mjs';
import { ROOT } from './bootstrap.mjs';

type Packages = Record<string, { version: string; optional?: boolean; optionalDependencies?: Record<string, string> }>;

const LOCKED: Packages = {
  '': { version: '1.0.0' },
  'node_modules/pg': { version: '8.0.0' },
  'node_modules/pg-darwin': { version: '8.0.0', optional: true },
};

describe('isInstalled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenbay-install-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(path: string, packages?: Packages): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, packages ? JSON.stringify({ packages }) : '');
  }

  it('is false before anything was installed, and after an install that was broken off', () => {
    write('package-lock.json', LOCKED);
    expect(isInstalled(folder)).toBe(false);
    write('node_modules/.bin/node');
    expect(isInstalled(folder)).toBe(false);
  });

  it('is true when every package has the locked version, but for those of other platforms', () => {
    write('node_modules/.package-lock.json', { 'node_modules/pg': { version: '8.0.0' } });
    expect(isInstalled(folder)).toBe(true);
  });

  it('is false when the lock has moved on', () => {
    write('package-lock.json', { ...LOCKED, 'node_modules/pg': { version: '8.0.1' } });
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('the lock file', () => {
  it('locks the packages of every platform, without which "npm ci" refuses to work', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Packages };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
    );
    expect(missing).toEqual([]);
  });
});

function isLocked(packages: Packages, path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}
