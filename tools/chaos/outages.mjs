// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** @typedef {import('./violations.mjs').Violation} Violation */

/** Time after which service must be back by itself, once the cause of a fault is gone. */
const RECOVERED_MS_MAX = 10_000;
const POLL_MS = 100;
const LIVING = `SELECT instance_id AS id FROM gateway_instance WHERE state = 'live' ORDER BY 1`;

/** Who lives, by the ledger's word; waits until the dead are known to be dead, so that there are as many as gateways. @param {import('./house.mjs').House} house @returns {Promise<string[]>} */
export async function listLiving({ directUrl, fleet, leaseMs }) {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  const untilMs = performance.now() + 2 * leaseMs;
  try {
    for (;;) {
      const { rows } = await client.query(LIVING);
      if (rows.length <= fleet.slots.length || performance.now() > untilMs) return rows.map(({ id }) => id);
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}

/** Whoever lived before an outage of Postgres lives after it, under the same id. @param {string[]} before @param {string[]} after @returns {Violation[]} */
export function judgeLiving(before, after) {
  const gone = before.filter((id) => !after.includes(id));
  return gone.map((id) => ({ name: 'reaped', detail: `gateway instance ${id} did not outlive an outage of Postgres` }));
}

/** @param {readonly import('./faults.mjs').Fault[]} faults @returns {Violation[]} */
export function judgeRecovery(faults) {
  return faults
    .filter(({ recoveredMs }) => !(recoveredMs <= RECOVERED_MS_MAX))
    .map(({ number, kind, recoveredMs }) => ({
      name: 'slow to recover',
      detail: `fault ${number}, ${kind}: ${recoveredMs} ms`,
    }));
}
