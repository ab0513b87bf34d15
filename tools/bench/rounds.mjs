// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from './measure.mjs';
import { readFamilyMemory, readResident } from './cpu.mjs';
import { chatBody } from './targets.mjs';

const FIRST_WARM_UP_MS = 4_000;
const WARM_UP_MS = 1_000;
/** Enough that a request which falls due finds a free connection unless the target is behind. */
const PACED_CONNECTIONS = 256;
const OPEN_RAMP_MS = 5_000;
const OPEN_SETTLED_MS = 3_000;
const OPEN_SOME = 100;

/** @typedef {import('./measure.mjs').Measurement} Measurement */
/** @typedef {Record<string, Measurement[]>} Rounds Measurements of each target, one for each round. */

/**
 * The same measurement of every target in turn, again and again, so that what else the machine does meets all of them.
 *
 * @param {{ house: import('./house.mjs').House, targets: import('./targets.mjs').Target[], options: import('./options.mjs').Options }} run
 * @param {{ title: string, isStream: boolean, perSecond?: number }} kind
 * @returns {Promise<Rounds>}
 */
export async function runRounds({ house, targets, options }, { title, isStream, perSecond }) {
  const rounds = /** @type {Rounds} */ ({});
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const target of targets) {
      const body = (target.bodyOf ?? chatBody)(isStream ? target.models.stream : target.models.chat, isStream);
      const connections = perSecond === undefined ? options.connections : PACED_CONNECTIONS;
      const warmUpMs = round === 1 ? FIRST_WARM_UP_MS : WARM_UP_MS;
      const one = await measure(house, target, {
        warmUpMs,
        durationMs: options.seconds * 1000,
        connections,
        perSecond,
        body,
      });
      (rounds[target.name] ??= []).push(one);
      console.log(`  ${title} ${round}/${options.rounds} ${target.name}: ${describe(one)}`);
    }
  }
  return rounds;
}

/** @param {Measurement} one */
function describe({ perSecond, latency, failures }) {
  const failed = Object.entries(failures).map(([status, count]) => `, ${count} × ${status}`);
  return `${perSecond.toFixed(0)}/s, p50 ${latency.p50.toFixed(2)} ms, p99 ${latency.p99.toFixed(2)} ms${failed.join('')}`;
}

/**
 * What open streams cost a fresh process: resident memory at rest (after some streams have warmed it up) and with all of them open.
 *
 * @param {import('./house.mjs').House} house
 * @param {import('./targets.mjs').Target} target
 * @param {number} openStreams
 * @returns {Promise<{ startBytes: number, restBytes: number, openBytes: number, perStreamBytes: number, measurements: Measurement[] }>}
 */
export async function measureOpenStreams(house, target, openStreams) {
  const pid = target.program?.pid ?? 0;
  const startBytes = readResident(pid);
  const open = (/** @type {number} */ connections) =>
    measure(house, target, {
      warmUpMs: OPEN_RAMP_MS,
      durationMs: 2 * OPEN_SETTLED_MS,
      connections,
      body: chatBody(target.models.slow, true),
    });
  const some = await open(OPEN_SOME);
  const restBytes = readResident(pid);
  const all = open(openStreams);
  await sleep(OPEN_RAMP_MS + OPEN_SETTLED_MS);
  const openBytes = readResident(pid);
  return {
    startBytes,
    restBytes,
    openBytes,
    perStreamBytes: (openBytes - restBytes) / openStreams,
    measurements: [some, await all],
  };
}

/** @param {import('./house.mjs').House} house @param {import('./targets.mjs').Target[]} targets */
export function readMemory(house, targets) {
  const ours = targets.map(({ name, program }) => [name, program ? readResident(program.pid) : NaN]);
  return { ...Object.fromEntries(ours), postgres: readFamilyMemory(house.postgresPid) };
}
