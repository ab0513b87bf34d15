// @ts-check
import { median } from './statistics.mjs';
import { percent, printTable, tenths, whole } from './tables.mjs';

/** @typedef {Record<'bare' | 'governed' | 'unbooked', import('./profile.mjs').ProfileTable>} Profiles */

const HOTTEST_SHOWN = 25;
const WANTED = 0.5;

/** Where the CPU of each target goes, side by side. @param {Profiles} profiles */
export function printProfiles(profiles) {
  const tables = Object.values(profiles);
  const lineOf = (/** @type {Profiles['bare']} */ { lines }, /** @type {string} */ category) =>
    lines.find((line) => line.category === category);
  const categories = [...new Set(tables.flatMap(({ lines }) => lines.map(({ category }) => category)))];
  const most = (/** @type {string} */ category) => Math.max(...tables.map((table) => lineOf(table, category)?.us ?? 0));
  categories.sort((a, b) => most(b) - most(a));
  const rows = categories.map((category) => {
    const lines = tables.map((table) => lineOf(table, category));
    return [category, ...lines.flatMap((line) => (line ? [tenths(line.us), percent(line.share)] : ['', '']))];
  });
  printTable(
    'CPU of the main thread by category, µs per request, full load, profiled',
    ['category', ...Object.keys(profiles).flatMap((name) => [`${name} µs`, 'share'])],
    [...rows, ['all', ...tables.flatMap(({ totalUs }) => [tenths(totalUs), ''])]],
  );
}

/** The functions that spend most themselves. @param {Profiles['governed']} table */
export function printHottest({ hottest }) {
  const lines = hottest.slice(0, HOTTEST_SHOWN).map(({ category, us }) => `${us.toFixed(2).padStart(7)}  ${category}`);
  console.log(`\nThe hottest functions of the governed gateway, µs per request in themselves:\n\n${lines.join('\n')}`);
}

/**
 * What we add apart from the ledger's two statements, found by leaving them out, and by subtracting them in the profile. The latter counts
 * against us what it costs that processes which wait for the database fall asleep and are woken for every request. Under full load both run as
 * fast as they can, which is not equally fast: whoever is slower finds its peers asleep more often, and pays for waking them.
 *
 * @param {Profiles} profiles
 * @param {import('./rounds.mjs').Rounds} rounds under full load
 * @param {import('./rounds.mjs').Rounds} paced at the same rate
 */
export function printVerdict({ bare, governed, unbooked }, rounds, paced) {
  const cpuOf = (/** @type {import('./rounds.mjs').Rounds} */ of, /** @type {string} */ name) =>
    median((of[name] ?? []).map(({ cpuUs }) => cpuUs.target));
  const say = (/** @type {string} */ how, /** @type {number} */ ours, /** @type {number} */ theirs) =>
    console.log(
      `  ${how}: ${tenths(ours)} µs, ${tenths(ours - theirs)} µs on top of ${tenths(theirs)} µs: ${((ours - theirs) / theirs).toFixed(2)} of it`,
    );
  console.log(`\nEverything but the two database statements, beside the bare pass-through (wanted: below ${WANTED}):`);
  const rate = whole(median((paced['unbooked'] ?? []).map(({ perSecond }) => perSecond)));
  say(`measured without them, both at ${rate} per second`, cpuOf(paced, 'unbooked'), cpuOf(paced, 'bare'));
  say('measured without them, each at full load', cpuOf(rounds, 'unbooked'), cpuOf(rounds, 'bare'));
  say('profiled without them', unbooked.totalUs - unbooked.databaseUs, bare.totalUs);
  say('profiled with them, and subtracted', governed.totalUs - governed.databaseUs, bare.totalUs);
  const postgres = median((rounds['governed'] ?? []).map(({ cpuUs }) => cpuUs.postgres));
  const ours = cpuOf(rounds, 'governed');
  const database = postgres + (governed.databaseUs / governed.totalUs) * ours;
  console.log(
    `In the database: ${tenths(postgres)} µs of Postgres and ${tenths(database - postgres)} µs of ours per request, ${percent(database / (postgres + ours))} of the CPU of both.`,
  );
}
