// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readCpu, readFamilyCpu } from './cpu.mjs';

const LOAD = fileURLToPath(new URL('./load.mjs', import.meta.url));

/**
 * One run of a load against one target. CPU is in microseconds per answered request, NaN for a process that is not ours; `window` is the
 * measured time on the monotonic clock, microseconds.
 *
 * @typedef {import('./load.mjs').LoadResult & { perSecond: number, cpuUs: Record<Share, number>, window: [number, number] }} Measurement
 * @typedef {'target' | 'targetMain' | 'postgres' | 'upstream' | 'load'} Share
 * @typedef {{ warmUpMs: number, durationMs: number, connections: number, perSecond?: number | undefined, body: object }} Wish
 */

/**
 * @param {import('./house.mjs').House} house
 * @param {import('./targets.mjs').Target} target
 * @param {Wish} wish
 * @returns {Promise<Measurement>}
 */
export async function measure(house, target, wish) {
  const load = fork(LOAD, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const read = () => readShares({ house, target, loadPid: load.pid ?? 0 });
  const edges = /** @type {Record<string, { atUs: number, cpu: Record<Share, number> }>} */ ({});
  /** @type {import('./load.mjs').LoadResult} */
  const result = await new Promise((resolve, reject) => {
    load.on('message', (/** @type {any} */ message) => {
      if (message.edge) edges[message.edge] = { atUs: message.atUs, cpu: read() };
      else resolve(message.result);
    });
    load.on('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    const { host, port, path, headers } = target;
    load.send({ host, port, path, headers, ...wish });
  });
  const { begin, end } = edges;
  if (!begin || !end) throw new Error('the load generator did not say when it measured');
  const cpuUs = /** @type {Record<Share, number>} */ ({});
  for (const share of /** @type {Share[]} */ (Object.keys(end.cpu)))
    cpuUs[share] = ((end.cpu[share] - begin.cpu[share]) * 1000) / result.measured;
  return { ...result, perSecond: result.measured / result.seconds, cpuUs, window: [begin.atUs, end.atUs] };
}

/** @param {{ house: import('./house.mjs').House, target: import('./targets.mjs').Target, loadPid: number }} processes @returns {Record<Share, number>} */
function readShares({ house, target, loadPid }) {
  const own = target.program ? readCpu(target.program.pid) : { all: NaN, main: NaN };
  return {
    target: own.all,
    targetMain: own.main,
    postgres: readFamilyCpu(house.postgresPid),
    upstream: readCpu(house.upstream.pid).all,
    load: readCpu(loadPid).all,
  };
}
