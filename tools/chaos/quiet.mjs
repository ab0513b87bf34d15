// @ts-check
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** @typedef {import('./violations.mjs').Violation} Violation */

const SERVED_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const IN_FLIGHT = /^tokenbay_requests_in_flight (\d+)/m;
const PAGE_BYTES = 4_096;
/** What a gateway may occupy once it rests, whatever it went through: a fresh one takes about half of this. */
const RESIDENT_BYTES_MAX = 448 * 1_048_576;
const AT_REST = `SELECT coalesce(sum(points), 0)::text AS held,
    (SELECT count(*)::integer FROM gateway_instance WHERE state = 'live') AS living FROM hold`;

/** Waits until no gateway serves anything and the upstream is asked for nothing: what then still runs is a leak. @param {import('./house.mjs').House} house @returns {Promise<Violation[]>} */
export async function untilServed({ fleet, system }) {
  const untilMs = performance.now() + SERVED_TIMEOUT_MS;
  for (;;) {
    const { inFlight } = await system.upstream.stats();
    const served = await Promise.all(fleet.slots.map(countInFlight));
    if (inFlight === 0 && served.every((count) => count === 0)) return [];
    if (performance.now() > untilMs)
      return [
        { name: 'process', detail: `without clients, ${served.join(', ')} requests and ${inFlight} calls go on` },
      ];
    await sleep(POLL_MS);
  }
}

/**
 * Waits until nobody holds a point and the dead are known to be dead, for a lease and the heartbeat in which a reaper looks. `restMs` is
 * how long it took.
 *
 * @param {import('./house.mjs').House} house
 * @returns {Promise<{ restMs: number, violations: Violation[] }>}
 */
export async function untilNothingIsHeld({ directUrl, fleet, leaseMs, heartbeatMs }) {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  const startedMs = performance.now();
  try {
    for (;;) {
      const { rows } = await client.query(AT_REST);
      const { held, living } = rows[0];
      const restMs = Math.round(performance.now() - startedMs);
      if (held === '0' && living === fleet.slots.length) return { restMs, violations: [] };
      if (restMs > leaseMs + heartbeatMs + 1_000) {
        const detail = `after ${restMs} ms of quiet ${held} micropoints are held and ${living} instances called alive`;
        return { restMs, violations: [{ name: 'leaked hold', detail }] };
      }
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}

/** Gateways that are larger than their load explains. @param {import('./fleet.mjs').Fleet} fleet @returns {Violation[]} */
export function judgeMemory(fleet) {
  return fleet.slots.flatMap(({ index, gateway }) => {
    const bytes = residentBytes(gateway.program.pid);
    if (bytes <= RESIDENT_BYTES_MAX) return [];
    return [{ name: 'process', detail: `gateway ${index} occupies ${Math.round(bytes / 1_048_576)} MiB at rest` }];
  });
}

/** @param {import('./fleet.mjs').Slot} slot @returns {Promise<number>} */
async function countInFlight({ gateway }) {
  const text = await readMetrics(gateway.metricsUrl);
  return Number(IN_FLIGHT.exec(text)?.[1] ?? NaN);
}

/** @param {string} url @returns {Promise<string>} */
export async function readMetrics(url) {
  return (await fetch(url)).text();
}

/** Zero where the system does not tell. @param {number} pid */
function residentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}
