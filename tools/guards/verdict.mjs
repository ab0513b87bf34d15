// @ts-check
/** @typedef {import('./workshop.mjs').SpecResult} SpecResult */
/** @typedef {{ isCaught: boolean, lines: string[] }} Verdict */

const NAMES_SHOWN = 3;

/** What the specs say of a guard that was taken away: every one of them must have a test that fails. @param {readonly SpecResult[]} results @returns {Verdict} */
export function judge(results) {
  const verdicts = results.map(judgeSpec);
  return { isCaught: verdicts.every(({ isCaught }) => isCaught), lines: verdicts.flatMap(({ lines }) => lines) };
}

/** @param {SpecResult} result @returns {Verdict} */
function judgeSpec({ spec, failed, brokenBy }) {
  const file = spec.split('/').pop();
  if (brokenBy !== undefined) return { isCaught: false, lines: [`${file} could not run: ${brokenBy.trim()}`] };
  if (failed.length === 0) return { isCaught: false, lines: [`SURVIVED ${file}`] };
  const more = failed.length > NAMES_SHOWN ? [`  and ${failed.length - NAMES_SHOWN} more`] : [];
  return { isCaught: true, lines: [`${file}`, ...failed.slice(0, NAMES_SHOWN).map((name) => `  ${name}`), ...more] };
}

/** What is wrong with specs that must pass, as nothing is taken away. @param {readonly SpecResult[]} results @returns {string[]} */
export function findUnsound(results) {
  return results.flatMap(({ spec, failed, brokenBy }) => [
    ...failed.map((name) => `${spec}: ${name}`),
    ...(brokenBy === undefined ? [] : [`${spec} could not run: ${brokenBy.trim()}`]),
  ]);
}
