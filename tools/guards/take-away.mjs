// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceOnce } from './guard.mjs';

/**
 * The statements that take a guard out of a migrated database; none where it lives in the sources only. Throws where a text is not there.
 *
 * @param {import('./guard.mjs').Guard} guard
 * @param {import('pg').ClientBase} client
 * @returns {Promise<string[]>}
 */
export async function takeFromDatabase({ database = [] }, client) {
  const statements = [];
  /** @type {Map<string, string>} */
  const functions = new Map();
  for (const edit of database) {
    if ('constraint' in edit) {
      statements.push(`ALTER TABLE ${edit.table} DROP CONSTRAINT ${edit.constraint}`);
      continue;
    }
    const text = functions.get(edit.function) ?? (await readFunction(client, edit.function));
    functions.set(edit.function, replaceOnce(text, edit, edit.function));
  }
  return [...statements, ...functions.values()];
}

/**
 * The sources as they read without a guard, by path; none where it lives in the database only. Throws where a text is not there.
 *
 * @param {import('./guard.mjs').Guard} guard
 * @param {string} root
 * @returns {Map<string, string>}
 */
export function takeFromSources({ source = [] }, root) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const edit of source) {
    const text = files.get(edit.file) ?? readFileSync(join(root, edit.file), 'utf8');
    files.set(edit.file, replaceOnce(text, edit, edit.file));
  }
  return files;
}

/** @param {import('pg').ClientBase} client @param {string} name @returns {Promise<string>} */
async function readFunction(client, name) {
  const { rows } = await client.query(
    `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname = $1 AND pronamespace = 'public'::regnamespace`,
    [name],
  );
  if (rows.length !== 1) throw new Error(`the database has ${rows.length} functions ${name}, not one`);
  return rows[0].text;
}
