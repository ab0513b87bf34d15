// @ts-check
/**
 * `node tools/bench/streams.mjs [streams]`: so many streams (2,000) open at once through one worker and through the bare pass-through: what
 * each costs in resident memory, and how late their events are.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { runCommand } from '../bootstrap/plain-failure.mjs';
import { readResident, watchMemory } from './cpu.mjs';
import { startHouse } from './house.mjs';
import { readOptions } from './options.mjs';
import { Programs } from './programs.mjs';
import { printTable, tenths, whole } from './tables.mjs';
import { chatBody, startBare, startGateway } from './targets.mjs';

const LISTEN = fileURLToPath(new URL('./listen.mjs', import.meta.url));
const MEBIBYTE = 1_048_576;
const KIBIBYTE = 1_024;
const SOME = 100;

await runCommand(async () => {
  const streams = Number(process.argv[2] ?? 2_000);
  await ensureReady({ build: true });
  const programs = new Programs();
  try {
    const house = await startHouse(programs, { ...readOptions([]), isInMemory: true });
    try {
      const rows = [];
      for (const start of [startBare, startGateway]) {
        const target = await start(programs, house);
        rows.push(await measureTarget(target, streams));
        await target.program?.stop();
      }
      const head = [
        'target',
        'warm MiB',
        `${streams} streams MiB`,
        'KiB per stream',
        'complete',
        'late p50 ms',
        'late p99 ms',
        'late max ms',
      ];
      printTable('Streams with an event every second', head, rows);
    } finally {
      await programs.stopAll();
      await house.stop();
    }
  } finally {
    await programs.stopAll();
  }
});

/** @param {import('./targets.mjs').Target} target @param {number} streams */
async function measureTarget(target, streams) {
  const pid = target.program?.pid ?? 0;
  await listen(target, SOME);
  const warmBytes = readResident(pid);
  const memory = watchMemory(pid);
  const { complete, late } = await listen(target, streams);
  const openBytes = memory.stop();
  return [
    target.name,
    ...[warmBytes, openBytes].map((bytes) => whole(bytes / MEBIBYTE)),
    tenths((openBytes - warmBytes) / streams / KIBIBYTE),
    `${complete} of ${streams}`,
    ...[late.p50, late.p99, late.max].map(tenths),
  ];
}

/** @param {import('./targets.mjs').Target} target @param {number} streams @returns {Promise<import('./listen.mjs').Heard>} */
function listen({ host, port, path, headers }, streams) {
  const child = fork(LISTEN, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ heard) => resolve(heard));
    child.on('exit', (code) => reject(new Error(`the listener ended with ${code}`)));
    child.send({ host, port, path, headers, streams, body: chatBody('bench-calm', true) });
  });
}
