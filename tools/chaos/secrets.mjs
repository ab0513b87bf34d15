// @ts-check
import pg from 'pg';
import { readMetrics } from './quiet.mjs';
import { UPSTREAM_KEY } from './world.mjs';

/** @typedef {import('./violations.mjs').Violation} Violation */

const TABLES = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'`;

/**
 * Looks for secrets where none may be: in what the processes wrote, in the metrics, and in clear (or as bytes in clear) anywhere in the
 * database.
 *
 * @param {import('./house.mjs').House} house
 * @param {readonly string[]} more secrets than those of the house
 * @returns {Promise<Violation[]>}
 */
export async function findSecrets({ world, system, secretsKey, fleet, directUrl }, more) {
  const keys = [...world.keys, world.probeKey].map(({ secret }) => secret);
  const secrets = [UPSTREAM_KEY, secretsKey, system.admin.token, ...keys, ...more];
  const metrics = await Promise.all(fleet.slots.map(({ gateway }) => readMetrics(gateway.metricsUrl)));
  const texts = new Map([
    ['a log', system.logs()],
    ...metrics.map((text) => /** @type {const} */ (['the metrics', text])),
  ]);
  /** @type {Violation[]} */
  const found = [];
  for (const [place, text] of texts)
    if (secrets.some((secret) => text.includes(secret))) found.push({ name: 'secret', detail: `in ${place}` });
  for (const table of await findInTables(directUrl, secrets))
    found.push({ name: 'secret', detail: `in table ${table}` });
  return found;
}

/** @param {string} databaseUrl @param {string[]} secrets @returns {Promise<string[]>} */
async function findInTables(databaseUrl, secrets) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const patterns = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('hex')]);
    const { rows } = await client.query(TABLES);
    const tables = [];
    for (const { name } of rows) {
      const hit = await client.query(
        `SELECT FROM ${name} AS held, unnest($1::text[]) AS s (secret) WHERE position(s.secret IN held::text) > 0 LIMIT 1`,
        [patterns],
      );
      if (hit.rowCount) tables.push(name);
    }
    return tables;
  } finally {
    await client.end();
  }
}
