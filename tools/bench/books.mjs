// @ts-check
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { PRICE_MICROPOINTS } from './world.mjs';

/**
 * Compares the books with what the load generator saw: one charge for every answer, each at its price, nothing lost and nothing left over.
 * The gateways must have stopped. Answers what is wrong.
 *
 * @param {string} databaseUrl
 * @param {number} answered
 * @returns {Promise<string[]>}
 */
export async function checkBooks(databaseUrl, answered) {
  const { auditBooks, checkLedger } = await import(`${ROOT}/dist/node_modules/@tokenbay/testing/index.js`);
  const problems = [...(await checkLedger(databaseUrl, { isAtRest: true })), ...(await auditBooks(databaseUrl))];
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client
    .query('SELECT count(*)::int AS charges, count(*) FILTER (WHERE points = $1)::int AS right FROM charge', [
      PRICE_MICROPOINTS,
    ])
    .finally(() => client.end());
  const { charges, right } = rows[0];
  if (charges !== answered) problems.push(`${answered} answers were complete, ${charges} are booked`);
  if (right !== charges) problems.push(`${charges - right} charges are not at the price`);
  return problems;
}
