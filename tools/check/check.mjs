// @ts-check
/**
 * Every rule of the house that a machine can check. `npm run check` runs all of them, `npm run check -- lint types` those named.
 * Says nothing of what passes but its time, and everything of what fails.
 */
import { ensureReady } from '../bootstrap/bootstrap.mjs';
import { PlainFailure, runCommand } from '../bootstrap/plain-failure.mjs';
import { runStep, STEPS } from './steps.mjs';

const LANES = 2;

await runCommand(async () => {
  await ensureReady({ build: true });
  const steps = chooseSteps(process.argv.slice(2));
  const started = performance.now();
  const results = await runInLanes(steps);
  const failed = results.filter(({ isPassed }) => !isPassed);
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (failed.length > 0) {
    throw new PlainFailure(
      `\nCheck failed: ${failed.map(({ step }) => step.name).join(', ')} (${failed.length} of ${results.length}, ${seconds}).`,
    );
  }
  console.log(`\nCheck passed: ${results.map(({ step }) => step.name).join(', ')} (${seconds}).`);
});

/** @param {string[]} names */
function chooseSteps(names) {
  const known = STEPS.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new PlainFailure(`There is no check "${stranger}"; there are: ${known.join(', ')}.`);
  return STEPS.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** @param {import('./steps.mjs').Step[]} steps */
async function runInLanes(steps) {
  const waiting = [...steps];
  const results = /** @type {import('./steps.mjs').Result[]} */ ([]);
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

/** @param {import('./steps.mjs').Result} result */
function report({ step, seconds, output, isPassed }) {
  console.log(
    `${isPassed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(11)} ${seconds.toFixed(1).padStart(5)} s  ${step.title}`,
  );
  if (!isPassed) console.log(`\n${output.trim().replace(/^/gm, '    ')}\n`);
}
