// @ts-check
/**
 * `node tools/bench/overload.mjs [seconds]`: three times the load that one worker sustains, for a minute: how fast the rest is refused, what
 * happens to memory, and how soon everything is as before.
 */
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';
import { readResident, watchMemory } from './cpu.mjs';
import { startHouse } from './house.mjs';
import { measure } from './measure.mjs';
import { readOptions } from './options.mjs';
import { Programs } from './programs.mjs';
import { printTable, tenths, whole } from './tables.mjs';
import { chatBody, startGateway } from './targets.mjs';

const MEBIBYTE = 1_048_576;
const SUSTAINED_CONNECTIONS = 32;
/** Of what a closed loop gets through: a service that is run above it has no room for the next garbage collection. */
const SUSTAINABLE_PART = 0.75;
const FLOOD_CONNECTIONS = 1_024;
const SUSTAINED_MS = 10_000;
const AFTER_MS = 3_000;
const AFTER_TIMES = 10;

/** In force as an operator has it; the load generator and Postgres share this machine, so the machine's own CPU says nothing. */
const SHEDDING = { OVERLOAD_CPU_PERCENT: '100', OVERLOAD_MEMORY_PERCENT: '95' };

await runCommand(async () => {
  const floodMs = Number(process.argv[2] ?? 60) * 1000;
  await ensureReady({ build: true });
  const programs = new Programs();
  try {
    const house = await startHouse(programs, { ...readOptions([]), isInMemory: true });
    try {
      await run(programs, house, floodMs);
    } finally {
      await programs.stopAll();
      await house.stop();
    }
  } finally {
    await programs.stopAll();
  }
});

/** @param {Programs} programs @param {import('./house.mjs').House} house @param {number} floodMs */
async function run(programs, house, floodMs) {
  const gatewayEnv = { ...house.gatewayEnv, ...SHEDDING };
  const target = await startGateway(programs, { ...house, gatewayEnv });
  const pid = target.program?.pid ?? 0;
  const ask = (/** @type {Partial<import('./measure.mjs').Wish>} */ wish) =>
    measure(house, target, {
      ...{ warmUpMs: 1_000, durationMs: SUSTAINED_MS, connections: SUSTAINED_CONNECTIONS },
      body: chatBody(target.models.chat, false),
      ...wish,
    });
  await ask({ warmUpMs: 4_000, durationMs: 2_000 });
  const sustained = await ask({});
  const sustainable = sustained.perSecond * SUSTAINABLE_PART;
  const before = await ask({ connections: 256, perSecond: sustainable });
  const memoryBefore = readResident(pid);
  const memory = watchMemory(pid);
  const flood = await ask({
    durationMs: floodMs,
    connections: FLOOD_CONNECTIONS,
    perSecond: sustainable * 3,
  });
  const memoryMax = memory.stop();
  const rows = [
    row('closed loop', sustained),
    row('three quarters of that, open loop: sustainable', before),
    row('three times what is sustainable', flood),
  ];
  for (let time = 1; time <= AFTER_TIMES; time += 1) {
    const after = await ask({
      warmUpMs: 0,
      durationMs: AFTER_MS,
      connections: 256,
      perSecond: sustainable,
    });
    rows.push(row(`what is sustainable, ${time * (AFTER_MS / 1000)} s after`, after));
    if (after.refused === 0 && after.latency.p99 < 2 * before.latency.p99 + 10) break;
  }
  const head = ['load', 'served/s', 'p50 ms', 'p99 ms', 'refused/s', 'refusal p50 ms', 'refusal p99 ms'];
  printTable('One worker under three times its load', head, rows);
  const [mibBefore, mibMax, mibAfter] = [memoryBefore, memoryMax, readResident(pid)].map((bytes) =>
    whole(bytes / MEBIBYTE),
  );
  console.log(
    `\nResident memory: ${mibBefore} MiB before, at most ${mibMax} MiB meanwhile, ${mibAfter} MiB at the end.`,
  );
}

/** @param {string} name @param {import('./measure.mjs').Measurement} one */
function row(name, { perSecond, latency, refused, seconds, refusal }) {
  return [
    name,
    ...[whole(perSecond), tenths(latency.p50), tenths(latency.p99)],
    ...[whole(refused / seconds), tenths(refusal.p50), tenths(refusal.p99)],
  ];
}
