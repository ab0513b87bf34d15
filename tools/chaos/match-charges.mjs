// @ts-check

/**
 * @typedef {import('./evidence.mjs').Story} Story
 * @typedef {{ requestId: string, keyId: string, model: string, points: bigint, held: bigint, uncollected: bigint, refunded: bigint,
 *   source: number, outcome: number, funding: string }} Charge
 */

/** Two clocks of one machine, read in two processes. */
const SLACK_MS = 100;

/**
 * Finds the charge of each request, and those that no request accounts for. A client that never saw a header does not know its request's
 * id; then a charge is its own where key and model agree and the id was made between the sending and the last call upstream.
 *
 * @param {readonly Story[]} stories
 * @param {readonly Charge[]} charges
 * @returns {{ chargeOf: Map<Story, Charge>, strays: Charge[] }}
 */
export function matchCharges(stories, charges) {
  const known = new Map(stories.flatMap((story) => (story.requestId ? [[story.requestId, story]] : [])));
  const nameless = Map.groupBy(
    stories.filter(({ requestId, calls }) => !requestId && calls.length > 0),
    kindOf,
  );
  /** @type {Map<Story, Charge>} */
  const chargeOf = new Map();
  /** @type {Charge[]} */
  const strays = [];
  for (const charge of [...charges].sort((a, b) => madeAtMs(a) - madeAtMs(b))) {
    const story = known.get(charge.requestId) ?? takeFirst(nameless.get(kindOf(charge)) ?? [], madeAtMs(charge));
    if (story && !chargeOf.has(story)) chargeOf.set(story, charge);
    else strays.push(charge);
  }
  return { chargeOf, strays };
}

/** Of the requests that may have been given their id at this moment, that whose last call came first: it fits the fewest later ones. @param {Story[]} stories @param {number} atMs */
function takeFirst(stories, atMs) {
  const fitting = stories.filter((story) => story.sentAtMs - SLACK_MS <= atMs && atMs <= lastCallMs(story) + SLACK_MS);
  const [first] = fitting.sort((a, b) => lastCallMs(a) - lastCallMs(b));
  if (first) stories.splice(stories.indexOf(first), 1);
  return first;
}

/** @param {Story} story */
const lastCallMs = ({ calls }) => Math.max(...calls.map(({ atMs }) => atMs));

/** @param {{ keyId: string, model: string }} of */
const kindOf = ({ keyId, model }) => `${keyId} ${model}`;

/** The time in a UUIDv7, in milliseconds. @param {Charge} charge */
const madeAtMs = ({ requestId }) => Number.parseInt(requestId.replaceAll('-', '').slice(0, 12), 16);
