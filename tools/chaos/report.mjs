// @ts-check
import { printTable } from '../bench/tables.mjs';
import { KINDS } from './plan.mjs';
import { countByName } from './violations.mjs';

/**
 * @typedef {import('./violations.mjs').ViolationName} ViolationName
 * @typedef {{ seed: number, seconds: number, samples: number, lostAnswers: number, restMs: number, figures: import('./judge-answers.mjs').Figures,
 *   videoFigures: import('./videos/videos-house.mjs').VideoFigures,
 *   rateFigures: import('./judge-rates.mjs').RateFigures | undefined, faults: readonly import('./faults.mjs').Fault[], crowds: readonly import('./near-empty.mjs').Crowd[],
 *   violations: readonly import('./violations.mjs').Violation[] }} Outcome
 */

/** @type {readonly ViolationName[]} */
const ALWAYS_SHOWN = [
  'lost',
  'double',
  'negative',
  'over a limit',
  'conservation',
  'leaked hold',
  'wrong price',
  'charged for nothing',
  'not over',
  'ended twice',
  'submitted twice',
  'webhook',
  'over a rate',
];
const DETAILS_MAX = 40;

/** One line for a fault as it happens. @param {import('./faults.mjs').Fault} fault */
export function printFault({ number, kind, slots, isDatabase, startedAtMs, endedAtMs, recoveredMs }) {
  const target = [
    ...(isDatabase ? ['Postgres'] : []),
    ...(kind.startsWith('redis') ? ['Redis'] : []),
    ...(slots.length > 0 ? [`gateway ${slots.join(', ')}`] : []),
  ].join(', ');
  const lasted = ((endedAtMs - startedAtMs) / 1_000).toFixed(1);
  console.log(
    `  ${String(number).padStart(3)}  ${kind.padEnd(16)} ${target.padEnd(19)} ${lasted.padStart(5)} s, served again after ${recoveredMs} ms`,
  );
}

/** Prints the tables and the verdict. @param {Outcome} outcome */
export function printOutcome(outcome) {
  printFaults(outcome.faults);
  if (outcome.crowds.length > 0) printCrowds(outcome.crowds);
  printFigures(outcome);
  const { violations, seed } = outcome;
  for (const { name, detail } of violations.slice(0, DETAILS_MAX)) console.log(`  ${name}: ${detail}`);
  if (violations.length > DETAILS_MAX) console.log(`  … and ${violations.length - DETAILS_MAX} more`);
  const counts = [...countByName(violations)].map(([name, count]) => `${name} ${count}`).join(', ');
  const verdict = violations.length === 0 ? 'every promise was kept' : `BROKEN: ${counts}`;
  console.log(`\nverdict: ${verdict} (${outcome.faults.length} faults, seed ${seed}; again with --seed ${seed})`);
}

/** @param {Outcome['faults']} faults */
function printFaults(faults) {
  const rows = KINDS.flatMap(({ kind, does }) => {
    const ofKind = faults.filter((fault) => fault.kind === kind);
    if (ofKind.length === 0) return [];
    const times = ofKind.map(({ recoveredMs }) => recoveredMs).sort((a, b) => a - b);
    return [[does, String(times.length), String(times[Math.floor((times.length - 1) / 2)]), String(times.at(-1))]];
  });
  printTable('Time to recover, from the moment the cause was gone', ['fault', 'times', 'median ms', 'worst ms'], rows);
}

/** @param {Outcome['crowds']} crowds */
function printCrowds(crowds) {
  const rows = crowds.map(({ pattern, asked, paid, charged, seconds }) => [
    pattern,
    String(asked),
    String(paid),
    String(charged),
    seconds.toFixed(1),
  ]);
  printTable(
    'An account that pays for a fifth of what is asked at once',
    ['traffic', 'asked', 'paid for', 'charged', 'seconds'],
    rows,
  );
}

/** @param {Outcome} outcome */
function printFigures({ figures, videoFigures, rateFigures, violations, samples, restMs, seconds, lostAnswers }) {
  const counts = countByName(violations);
  const points = (/** @type {bigint} */ micropoints) => (Number(micropoints) / 1_000_000).toFixed(2);
  const ends = ['complete', 'refused', 'told', 'left', 'broken', 'silent'].map((end) => [
    end,
    String(figures.ends[end] ?? 0),
  ]);
  const rows = [
    ['requests', String(figures.requests)],
    ...ends,
    ['calls of the upstream', String(figures.upstreamCalls)],
    ['charges', String(figures.charges)],
    ['… paid by the account, as the hold was gone', String(figures.direct)],
    ['… not delivered, as the gateway was killed', String(figures.undelivered)],
    ['… refunded', String(figures.refunded)],
    ['charged, points', points(figures.chargedMicropoints)],
    ['uncollected, points', points(figures.uncollectedMicropoints)],
    ["platform's loss, points", points(figures.lossMicropoints)],
    ...videoRows(videoFigures),
    ...(rateFigures ? rateRows(rateFigures) : []),
    ['answers of Postgres lost', String(lostAnswers)],
    ['samples of the running books', String(samples)],
    ['quiet until nothing was held, ms', String(restMs)],
    ['seconds', seconds.toFixed(0)],
    ...ALWAYS_SHOWN.map((name) => [name, String(counts.get(name) ?? 0)]),
    [
      'other violations',
      String([...counts].reduce((sum, [name, count]) => (ALWAYS_SHOWN.includes(name) ? sum : sum + count), 0)),
    ],
  ];
  printTable('What was seen', ['', ''], rows);
  const refusals = Object.entries(figures.refusals).sort(([, a], [, b]) => b - a);
  console.log(`\nErrors that clients were told: ${refusals.map(([code, count]) => `${code} ${count}`).join(', ')}\n`);
}

/** @param {import('./judge-rates.mjs').RateFigures} figures @returns {string[][]} */
function rateRows({ asked, through, throughMax, throughAloneMax }) {
  return [
    ['requests of the account with a rate', String(asked)],
    ['… that came through', String(through)],
    ['… at most in one stretch of its window', String(throughMax)],
    ['… while a gateway counted by itself', String(throughAloneMax)],
  ];
}

/** @param {Outcome['videoFigures']} figures @returns {string[][]} */
function videoRows({ submissions, completed, failed, repeated, webhooks, again, overMs }) {
  return [
    ['videos asked for', String(submissions)],
    ['… sent again, or by two at once', String(repeated)],
    ['… completed, charged', String(completed)],
    ['… failed, given back', String(failed)],
    ['webhooks', String(webhooks)],
    ['… that came again', String(again)],
    ['quiet until every video was over and told, ms', String(overMs)],
  ];
}
