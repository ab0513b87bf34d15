import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's root, found from this file's place in `libs/` or `dist/`. */
export const WORKSPACE = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A compiled program's path, such as `builtFile('apps/gateway/main.js')`. */
export function builtFile(path: string): string {
  return join(WORKSPACE, 'dist', path);
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'nx.json')) ? folder : findRoot(dirname(folder));
}
