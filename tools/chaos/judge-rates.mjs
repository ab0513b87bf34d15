// @ts-check

/**
 * @typedef {import('./evidence.mjs').Story} Story
 * @typedef {import('./faults.mjs').Fault} Fault
 * @typedef {import('./world.mjs').Rate} Rate
 * @typedef {import('./violations.mjs').Violation} Violation
 *
 * @typedef {import('./lone-watch.mjs').Alone} Alone
 *
 * `throughMax` is the most that came through in a stretch of the window while all gateways shared their count, `throughAloneMax` while they
 * did not.
 * @typedef {{ asked: number, through: number, throughMax: number, throughAloneMax: number }} RateFigures
 */

/** Clocks are read in whole milliseconds, in three processes. */
const CLOCK_MS = 5;
/** A process that begins or ends is not yet, or no longer, in step with the others. */
const CHANGE_MS = 2_000;
/**
 * Holds what the upstream was asked against an account's rate. A request was admitted between its sending and its first call of the upstream;
 * those for which both lie in one stretch of the window may not be more than the limit. While gateways count by themselves each admits its
 * share beyond what was admitted before, and where Redis comes back empty, or a gateway is new, the count begins anew.
 *
 * @param {{ stories: readonly Story[], rate: Rate, alone: readonly Alone[], faults: readonly Fault[] }} evidence
 * @returns {{ violations: Violation[], figures: RateFigures }}
 */
export function judgeRates({ stories, rate, alone, faults }) {
  const { accountId, requests, windowMs } = rate;
  const asked = stories.filter((story) => story.accountId === accountId);
  const through = asked
    .filter(({ calls }) => calls.length > 0)
    .map(({ sentAtMs, calls }) => ({ sentAtMs, calledAtMs: Math.min(...calls.map(({ atMs }) => atMs)) }))
    .sort((one, other) => one.sentAtMs - other.sentAtMs);
  const changes = faults.filter(({ kind, slots }) => kind === 'redis-gone' || slots.length > 0);
  /** @type {RateFigures} */
  const figures = { asked: asked.length, through: through.length, throughMax: 0, throughAloneMax: 0 };
  /** @type {Violation[]} */
  const violations = [];
  through.forEach(({ sentAtMs: fromMs }, first) => {
    const untilMs = fromMs + windowMs - CLOCK_MS;
    let count = 0;
    for (let next = first; (through[next]?.sentAtMs ?? Infinity) <= untilMs; next += 1)
      if ((through[next]?.calledAtMs ?? Infinity) <= untilMs) count += 1;
    // What was counted a window ago still counts.
    const isNear = (/** @type {Alone} */ time) => time.fromMs <= untilMs && time.untilMs >= fromMs - windowMs;
    const near = changes.filter(({ startedAtMs, endedAtMs }) =>
      isNear({ fromMs: startedAtMs - CHANGE_MS, untilMs: endedAtMs + CHANGE_MS }),
    );
    const isAlone = near.length > 0 || alone.some(isNear);
    const limit = isAlone ? requests * (2 + near.length) : requests;
    const most = isAlone ? 'throughAloneMax' : 'throughMax';
    figures[most] = Math.max(figures[most], count);
    if (count > limit)
      violations.push({
        name: 'over a rate',
        detail: `${count} requests in the ${windowMs} ms from ${fromMs}, ${limit} may be`,
      });
  });
  return { violations, figures };
}
