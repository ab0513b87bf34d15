// @ts-check
import { median, spread } from './statistics.mjs';
import { hundredths, percent, printTable, tenths, whole } from './tables.mjs';

/**
 * @typedef {import('./measure.mjs').Measurement} Measurement
 * @typedef {import('./rounds.mjs').Rounds} Rounds
 * @typedef {Awaited<ReturnType<typeof import('./rounds.mjs').measureOpenStreams>>} OpenStreams
 */

const MEBIBYTE = 1_048_576;
const KIBIBYTE = 1_024;
const SHARES = /** @type {const} */ (['target', 'postgres', 'upstream', 'load']);

/**
 * Full load: answers per second, their ratio to the bare pass-through of the same round, and what each process spends on one.
 *
 * @param {string} title
 * @param {Rounds} rounds
 * @param {Record<string, number>} [events] events of one stream, by target
 */
export function printLoad(title, rounds, events) {
  const bare = (rounds['bare'] ?? []).map(({ perSecond }) => perSecond);
  const rows = Object.entries(rounds).map(([name, all]) => {
    const perSecond = all.map((one) => one.perSecond);
    const ratios = perSecond.map((value, round) => value / (bare[round] ?? NaN));
    return [
      name,
      whole(median(perSecond)),
      percent(spread(perSecond)),
      `${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)}–${Math.max(...ratios).toFixed(3)})`,
      ...(events ? [whole(median(perSecond) * (events[name] ?? NaN))] : []),
      ...SHARES.map((share) => tenths(median(all.map(({ cpuUs }) => cpuUs[share])))),
    ];
  });
  const kind = events
    ? ['streams/s', 'spread', 'ratio to bare', 'events/s']
    : ['requests/s', 'spread', 'ratio to bare'];
  printTable(title, ['target', ...kind, 'own CPU µs', 'Postgres µs', 'upstream µs', 'load µs'], rows);
}

/**
 * What a request waits longer for than it would behind the bare pass-through.
 *
 * @param {string} title
 * @param {Rounds} rounds
 * @param {'latency' | 'firstByte'} of
 */
export function printAdded(title, rounds, of) {
  const at = (/** @type {string} */ name, /** @type {'p50' | 'p99'} */ p) =>
    median((rounds[name] ?? []).map((one) => one[of][p]));
  const rows = Object.entries(rounds).map(([name, all]) => [
    name,
    whole(median(all.map(({ perSecond }) => perSecond))),
    ...[at(name, 'p50'), at(name, 'p99'), at(name, 'p50') - at('bare', 'p50')].map(hundredths),
    hundredths(at(name, 'p99') - at('bare', 'p99')),
    percent(spread(all.map((one) => one[of].p50))),
    tenths(median(all.map(({ cpuUs }) => cpuUs.target))),
  ]);
  const times = ['p50 ms', 'p99 ms', 'added p50 ms', 'added p99 ms', 'spread p50'];
  printTable(title, ['target', 'per second', ...times, 'own CPU µs'], rows);
}

/** @param {Record<string, OpenStreams>} open @param {Record<string, number>} afterLoad @param {number} streams */
export function printMemory(open, afterLoad, streams) {
  const mib = (/** @type {number} */ bytes) => whole(bytes / MEBIBYTE);
  const rows = Object.entries(open).map(([name, { startBytes, restBytes, openBytes, perStreamBytes }]) => [
    name,
    ...[startBytes, restBytes, openBytes].map(mib),
    tenths(perStreamBytes / KIBIBYTE),
    mib(afterLoad[name] ?? NaN),
  ]);
  const head = ['target', 'started MiB', 'warm MiB', `${streams} streams MiB`, 'KiB per stream', 'after load MiB'];
  printTable('Resident memory', head, rows);
  console.log(`\nPostgres after load: ${mib(afterLoad['postgres'] ?? NaN)} MiB.`);
}
