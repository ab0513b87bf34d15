// @ts-check
/** One process of the ledger benchmark: keeps so many requests in flight, and tells what it saw. */
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { openLedger, makeCharge } = await import(`${ROOT}/dist/node_modules/@tokenbay/points/testing/index.js`);
const { uuidv7 } = await import(`${ROOT}/dist/node_modules/@tokenbay/platform/index.js`);

const NEED = 100;
const COST = 84;

const ledger = await openLedger(process.argv[2]);
await ledger.keeper.start();
process.on('message', (/** @type {any} */ message) => void (message.stop ? stop() : run(message)));
process.send?.('ready');

async function stop() {
  await ledger.keeper.stop();
  await ledger.close();
  process.exit(0);
}

/** @param {{ keys: any[], inFlight: number, seconds: number, isFree: boolean }} work */
async function run({ keys, inFlight, seconds, isFree }) {
  const untilMs = performance.now() + seconds * 1_000;
  /** @type {number[]} */
  const reserves = [];
  /** @type {number[]} */
  const settles = [];
  let refused = 0;
  let next = 0;
  const cpuBefore = process.cpuUsage();
  const one = async () => {
    while (performance.now() < untilMs) {
      next += 1;
      const key = keys[next % keys.length];
      const startedMs = performance.now();
      try {
        const requestId = uuidv7();
        const reserved = ledger.points.reserve({ ...key, requestId, least: NEED, need: NEED });
        const hold = reserved instanceof Promise ? await reserved : reserved;
        const heldMs = performance.now();
        await ledger.points.settle(hold, makeCharge({ requestId, cost: isFree ? 0 : COST }));
        reserves.push(heldMs - startedMs);
        settles.push(performance.now() - heldMs);
      } catch (error) {
        if (!String(/** @type {any} */ (error).code).startsWith('account_point')) throw error;
        refused += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send?.({
    count: settles.length,
    refused,
    cpu: user + system,
    reserveP50: quantile(reserves, 0.5),
    settleP50: quantile(settles, 0.5),
    p99: quantile(settles, 0.99),
  });
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
