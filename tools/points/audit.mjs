// @ts-check
/**
 * `npm run points:audit [-- --json]`: checks the books of the database in DATABASE_URL, or of what `npm start` keeps in `.data`. The
 * command itself is the admin application's, so that the image has it too; this prepares the workspace for it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureReady, ROOT } from '../bootstrap/bootstrap.mjs';

const IMPOSSIBLE = 2;

// Standard output is the report's alone.
console.log = console.error;
try {
  await ensureReady({ build: true });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(IMPOSSIBLE);
}
process.env['DATABASE_URL'] ??= findOwnDatabase();
await import(pathToFileURL(join(ROOT, 'dist', 'apps', 'admin', 'audit', 'main.js')).href);

/** Where a system that was started here keeps its books; empty where there is none. */
function findOwnDatabase() {
  try {
    return String(JSON.parse(readFileSync(join(ROOT, '.data', 'demo.json'), 'utf8')).databaseUrl ?? '');
  } catch {
    return '';
  }
}
