// @ts-check
/**
 * Compiles `apps/` and `libs/` into `dist/`, only what changed since the last run.
 *
 * Each library becomes a package under `dist/node_modules/@tokenbay/`, so that Node resolves it without a loader, a bundler or rewritten
 * imports; third-party packages are found one folder further up, in the workspace's own `node_modules`.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DIST = join(ROOT, 'dist');
const MANIFEST = join(DIST, 'manifest.json');

/** Brings `dist/` up to date. Resolves to the number of files compiled; rejects with the compiler's message on a syntax error. */
export async function build() {
  const known = readManifest();
  const next = /** @type {Record<string, string>} */ ({});
  const stale = [];
  for (const project of listProjects()) {
    if (project.isLibrary) writePackageJson(project);
    for (const source of listSources(join(project.root, 'src'))) {
      const target = join(project.out, relative(join(project.root, 'src'), source).replace(/\.ts$/, '.js'));
      const { mtimeMs, size } = statSync(source);
      const stamp = `${mtimeMs}:${size}`;
      next[relative(ROOT, target)] = stamp;
      if (known[relative(ROOT, target)] !== stamp || !existsSync(target)) stale.push({ source, target });
    }
  }
  await Promise.all(stale.map(compile));
  for (const gone of Object.keys(known).filter((target) => !(target in next))) {
    rmSync(join(ROOT, gone), { force: true });
    rmSync(join(ROOT, `${gone}.map`), { force: true });
  }
  mkdirSync(DIST, { recursive: true });
  writeWhole(MANIFEST, JSON.stringify(next));
  return stale.length;
}

/** @param {{ source: string, target: string }} file */
async function compile({ source, target }) {
  const { code, map } = await transformFile(source, { sourceFileName: relative(dirname(target), source) });
  mkdirSync(dirname(target), { recursive: true });
  writeWhole(target, `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`);
  if (map) writeWhole(`${target}.map`, map);
}

/** Other builds and programs may be reading: they see the old file or the new one, never half of it. @param {string} target @param {string} text */
function writeWhole(target, text) {
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, target);
}

function readManifest() {
  try {
    return /** @type {Record<string, string>} */ (JSON.parse(readFileSync(MANIFEST, 'utf8')));
  } catch {
    rmSync(DIST, { recursive: true, force: true });
    return {};
  }
}

function listProjects() {
  const folders = (/** @type {string} */ parent) =>
    readdirSync(join(ROOT, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, parent, entry.name, 'src')))
      .map((entry) => entry.name);
  return [
    ...folders('libs').map((name) => ({
      name,
      isLibrary: true,
      root: join(ROOT, 'libs', name),
      out: join(DIST, 'node_modules', '@tokenbay', name),
    })),
    ...folders('apps').map((name) => ({
      name,
      isLibrary: false,
      root: join(ROOT, 'apps', name),
      out: join(DIST, 'apps', name),
    })),
  ];
}

/** @param {{ name: string, out: string }} project */
function writePackageJson({ name, out }) {
  mkdirSync(out, { recursive: true });
  const exports = { '.': './index.js', './testing': './testing/index.js' };
  writeWhole(
    join(out, 'package.json'),
    JSON.stringify({ name: `@tokenbay/${name}`, version: '0.0.0', type: 'module', exports }),
  );
}

/** @param {string} folder @returns {string[]} */
function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return listSources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const compiled = await build();
  console.log(`compiled ${compiled} files in ${Math.round(performance.now() - started)} ms`);
}
