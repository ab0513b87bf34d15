// @ts-check
/**
 * A guard of the ledger, and how it is taken away.
 *
 * @typedef {object} Guard
 * @property {string} name What must not happen, or always holds.
 * @property {readonly string[]} caughtBy The specs that must fail without it.
 * @property {readonly DatabaseEdit[]} [database] Takes it out of the migrated database.
 * @property {readonly SourceEdit[]} [source] Takes it out of the sources.
 */

/**
 * Replaces a text in a function as it stands after all migrations, whichever of them wrote it; or drops a constraint.
 *
 * @typedef {{ function: string, from: string, to: string } | { table: string, constraint: string }} DatabaseEdit
 */

/** @typedef {{ file: string, from: string, to: string }} SourceEdit */

const POINTS = 'libs/points/src';

/** The path of a spec of the ledger. @param {string} name */
export const ledgerSpec = (name) => `${POINTS}/${name}.db.spec.ts`;

/** The path of a source of the ledger. @param {string} name */
export const ledgerSource = (name) => `${POINTS}/${name}.ts`;

/**
 * Replaces the one place where a text stands; how it is broken into lines does not matter. Throws where it stands nowhere, or twice.
 *
 * @param {string} text
 * @param {{ from: string, to: string }} edit
 * @param {string} where
 */
export function replaceOnce(text, { from, to }, where) {
  const words = from.trim().split(/\s+/).map(escape);
  const found = [...text.matchAll(new RegExp(words.join('\\s+'), 'g'))];
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${where} has ${found.length} places, not one, that read: ${from}`);
  return text.slice(0, only.index) + to + text.slice(only.index + only[0].length);
}

/** @param {string} word */
function escape(word) {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
