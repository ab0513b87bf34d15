import { DomainError } from '@tokenbay/errors';
import type { Tx } from './database.js';

const PROBLEMS_TOLD_MAX = 100;

/** Values of a body that must name rows of one table. Table and column are our own words, never the caller's. */
export interface References {
  readonly table: string;
  readonly column: string;
  /** What a row is called: `group`. */
  readonly noun: string;
  /** The path of each value in the body, with the value. */
  readonly named: readonly (readonly [path: string, value: string])[];
}

/**
 * Throws `invalid_request` with one problem for each value that names nothing, all tables together. Foreign keys stay the guard: this tells
 * callers all at once what those would tell one by one.
 */
export async function assertReferencesExist(tx: Tx, all: readonly References[]): Promise<void> {
  const dangling: Dangling[] = [];
  for (const references of all) dangling.push(...(await findDangling(tx, references)));
  const [first] = dangling;
  if (!first) return;
  const problems = dangling.map(({ path, noun }) => `${path} must name an existing ${noun}.`);
  throw new DomainError('invalid_request', 'dangling references', {
    message: problems.slice(0, 3).join(' '),
    param: first.path.replace(/\[.*/s, ''),
    problems: problems.slice(0, PROBLEMS_TOLD_MAX),
  });
}

interface Dangling {
  readonly path: string;
  readonly noun: string;
}

async function findDangling(tx: Tx, { table, column, noun, named }: References): Promise<Dangling[]> {
  if (named.length === 0) return [];
  const rows = await tx.query<{ known: string }[]>(
    `SELECT ${column}::text AS known FROM ${table} WHERE ${column} = ANY ($1)`,
    [[...new Set(named.map(([, value]) => value))]],
  );
  const known = new Set(rows.map((row) => row.known));
  return named.flatMap(([path, value]) => (known.has(value) ? [] : [{ path, noun }]));
}
