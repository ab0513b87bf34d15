// @ts-check

/** How the usage log says where a usage comes from. */
const REPORTED = 1;
const COUNTED = 2;
const SUSPECT = 3;
/** And how the request ended. */
const CLIENT_LEFT = 2;

/**
 * Whether a stream was cut because its client did not keep up with it until its time was over: what was delivered is counted, as where
 * the client has left.
 *
 * @param {import('./judge-answers.mjs').Facts} facts
 */
export function wasTooSlow({ story, charge }) {
  const isCounted = charge?.outcome === CLIENT_LEFT && charge.source === COUNTED && charge.points <= charge.held;
  return isCounted && story.end === 'told' && story.code === 'upstream_timeout';
}

/**
 * Whether a charge is of the right amount: the price of the reported usage, at most what was held, with the rest as uncollected. Where
 * nothing sensible was reported it must be marked so, and lie between nothing and the hold.
 *
 * @param {import('./judge-answers.mjs').Facts} facts of a request that was charged
 * @returns {[import('./violations.mjs').ViolationName, string][]}
 */
export function judgePrice({ charge, cost, isTouched, model, story }) {
  if (!charge) return [];
  const { points, held, uncollected, source } = charge;
  const isWhole = story.end === 'complete';
  const isCounted = source === COUNTED && points >= 0n && points <= held;
  if (model.pricing === 'suspect' && isWhole) return source === SUSPECT ? [] : [['wrong price', 'not marked suspect']];
  if (model.pricing === 'counted' && isWhole)
    return isCounted && points > 0n ? [] : [['wrong price', 'not marked estimated']];
  if (model.pricing !== 'exact' && (isCounted || source === SUSPECT)) return [];
  // An answer that was drained no further, or whose last bytes a fault has taken, is counted.
  if (!isWhole && (cost === null || isTouched) && isCounted) return [];
  if (cost === null) return [['wrong price', 'the upstream reported no usage']];
  const due = cost < held ? cost : held;
  if (source === REPORTED && points === due && uncollected === cost - due) return [];
  return [['wrong price', `due ${due} of ${cost}, ${uncollected} uncollected, source ${source}`]];
}
