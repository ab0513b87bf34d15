// @ts-check
import pg from 'pg';
import * as sql from './books-sql.mjs';

/**
 * @typedef {import('./violations.mjs').Violation} Violation
 * @typedef {import('./match-charges.mjs').Charge} Charge
 *
 * What administrators gave each account, what each key may spend in its life, and whether all is quiet: then nothing may be held.
 * @typedef {{ credits: ReadonlyMap<string, bigint>, quotas: ReadonlyMap<string, bigint>, isQuiet: boolean }} Known
 */

/** @type {[Violation['name'], string][]} */
const QUESTIONS = [
  ['negative', sql.NEGATIVE],
  ['negative', sql.CHARGED_BEYOND_HOLD],
  ['conservation', sql.CONSERVATION],
  ['conservation', sql.BUDGETS],
  ['conservation', sql.SPEND],
  ['over a limit', sql.OVER_LIMIT],
  ['leaked hold', sql.ORPHANS],
  ['credit', sql.REFUNDS],
];

/** Holds the books against themselves and against what administrators did, in one snapshot; answers every charge as well. @param {string} databaseUrl @param {Known} known */
export async function judgeBooks(databaseUrl, { credits, quotas, isQuiet }) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    /** @type {Violation[]} */
    const violations = [];
    const questions = isQuiet ? [...QUESTIONS, /** @type {const} */ (['leaked hold', sql.HELD])] : QUESTIONS;
    for (const [name, question] of questions) {
      const { rows } = await client.query(question);
      violations.push(...rows.map(({ problem }) => ({ name, detail: problem })));
    }
    violations.push(...judgeCredits((await client.query(sql.CREDITS)).rows, credits));
    violations.push(...judgeQuotas((await client.query(sql.SPENT_BY_KEY)).rows, quotas));
    const { rows } = await client.query(sql.CHARGES);
    return { violations, charges: rows.map(toCharge) };
  } finally {
    await client.end();
  }
}

/** @param {{ account_id: string, amount: string }[]} rows @param {ReadonlyMap<string, bigint>} credits @returns {Violation[]} */
function judgeCredits(rows, credits) {
  const booked = new Map(rows.map(({ account_id: id, amount }) => [id, BigInt(amount)]));
  return [...new Set([...booked.keys(), ...credits.keys()])]
    .filter((id) => booked.get(id) !== credits.get(id))
    .map((id) => ({
      name: 'credit',
      detail: `account ${id} was given ${credits.get(id)}, booked are ${booked.get(id)}`,
    }));
}

/** @param {{ api_key_id: string, spent: string }[]} rows @param {ReadonlyMap<string, bigint>} quotas @returns {Violation[]} */
function judgeQuotas(rows, quotas) {
  return rows
    .filter(({ api_key_id: id, spent }) => BigInt(spent) > (quotas.get(id) ?? BigInt(spent)))
    .map(({ api_key_id: id, spent }) => ({
      name: 'over a limit',
      detail: `key ${id} spent ${spent} of ${quotas.get(id)}`,
    }));
}

/** @param {any} row @returns {Charge} */
function toCharge(row) {
  return {
    ...{
      requestId: row.request_id,
      keyId: row.api_key_id,
      model: row.model,
      source: row.usage_source,
      outcome: row.outcome,
      funding: row.funding,
    },
    points: BigInt(row.points),
    held: BigInt(row.held),
    uncollected: BigInt(row.uncollected),
    refunded: BigInt(row.refunded),
  };
}
