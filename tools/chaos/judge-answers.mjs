// @ts-check
import { judgePrice, wasTooSlow } from './judge-price.mjs';
import { matchCharges } from './match-charges.mjs';
import { priceOf } from './price.mjs';

/**
 * @typedef {import('./evidence.mjs').Story} Story
 * @typedef {import('./match-charges.mjs').Charge} Charge
 * @typedef {import('./violations.mjs').Violation} Violation
 * @typedef {import('./faults.mjs').Fault} Fault
 *
 * @typedef {{ prices: { inputPerMillion: string, cachedInputPerMillion: string, outputPerMillion: string }, multiplier: string }} Tariff
 * @typedef {{ stories: readonly Story[], charges: readonly Charge[], faults: readonly Fault[], tariff: Tariff,
 *   models: ReadonlyMap<string, import('./world.mjs').Model> }} Evidence
 *
 * @typedef {{ requests: number, ends: Record<string, number>, refusals: Record<string, number>, upstreamCalls: number, charges: number,
 *   direct: number, undelivered: number, refunded: number, chargedMicropoints: bigint, uncollectedMicropoints: bigint,
 *   lossMicropoints: bigint }} Figures
 */

/** A settle is tried for ten seconds; this long after a fault, something may still be explained by it. */
const AFTERMATH_MS = 15_000;

/** Holds every request against its charge: whole answers cost what the upstream reported, all else what the policy says. @param {Evidence} evidence @returns {{ violations: Violation[], figures: Figures }} */
export function judgeAnswers(evidence) {
  const { stories, charges, tariff, models } = evidence;
  const { chargeOf, strays } = matchCharges(stories, charges);
  /** @type {Violation[]} */
  const violations = strays.map(({ requestId, keyId, model, points }) => ({
    name: 'double',
    detail: `charge ${requestId} of ${points} (key ${keyId}, ${model}) is of no request, or a second one`,
  }));
  const figures = countUp(evidence);
  for (const story of stories) {
    const charge = chargeOf.get(story);
    const cost = upstreamCost(story, tariff);
    const isTouched = evidence.faults.some((fault) => touches(fault, story));
    const model = models.get(story.model);
    if (!model) throw new Error(`no model ${story.model}`);
    const facts = { story, charge, cost, isTouched, model };
    for (const [name, what] of judge(facts, evidence.faults))
      violations.push({ name, detail: `${describe(story, charge)}: ${what}` });
    if (cost !== null && story.end !== 'complete' && net(charge) === 0n) figures.lossMicropoints += cost;
    if (isUndelivered(story) && net(charge) > 0n) figures.undelivered += 1;
  }
  return { violations, figures };
}

/**
 * What is known of one request. `cost`: the price of the usage that the upstream reported in an answer it gave whole, null where it did
 * not. `isTouched`: a fault may have had a part in it.
 *
 * @typedef {{ story: Story, charge: Charge | undefined, cost: bigint | null, isTouched: boolean, model: import('./world.mjs').Model }} Facts
 */

/** @param {Facts} facts @param {readonly Fault[]} faults @returns {[Violation['name'], string][]} */
function judge(facts, faults) {
  const { story, charge } = facts;
  /** @type {[Violation['name'], string][]} */
  const found = [];
  if (story.hasCanary) found.push(['secret', 'the answer tells of the upstream']);
  if (story.isForeign) found.push(["other's answer", 'the answer is not to this question']);
  if (charge && story.calls.length === 0) found.push(['charged for nothing', 'no upstream was called']);
  if (story.end === 'complete') found.push(...judgeComplete(facts));
  else if (story.end === 'refused' || story.end === 'told') {
    if (wasTooSlow(facts)) return found;
    if (net(charge) > 0n) found.push(['charged for nothing', `it ended with ${story.code}`]);
    else found.push(...judgeUnpaid(facts, 'beyond the fault'));
  } else if (net(charge) === 0n)
    found.push(...judgeUnpaid(facts, story.end === 'left' ? 'free of charge' : 'beyond the fault'));
  else {
    found.push(...judgePrice(facts));
    if (isUndelivered(story) && !faults.some((fault) => killed(fault, story)))
      found.push(['charged for nothing', 'it broke off though its gateway lived']);
  }
  return found;
}

/** @param {Facts} facts @returns {[Violation['name'], string][]} */
function judgeComplete(facts) {
  const { charge, story } = facts;
  if (!charge) return [['lost', 'the answer was whole, and nothing is booked']];
  if (charge.funding === 'refused') return [['lost', 'the answer was whole, and its charge was refused']];
  if (charge.refunded > 0n) return [['lost', 'the answer was whole, and its charge was refunded']];
  if (story.calls.length === 0) return [];
  return judgePrice(facts);
}

/** Cost that the upstream has and nobody paid must come from a fault, or from an upstream that was itself at fault. @param {Facts} facts @param {Violation['name']} name @returns {[Violation['name'], string][]} */
function judgeUnpaid({ cost, isTouched, model }, name) {
  if (cost === null || isTouched || model.role === 'faulty' || model.pricing !== 'exact') return [];
  return [[name, `the upstream gave a whole answer for ${cost}, and no fault was near`]];
}

/** @param {Evidence} evidence @returns {Figures} */
function countUp({ stories, charges }) {
  const sum = (/** @type {(charge: Charge) => bigint} */ amount) =>
    charges.reduce((total, charge) => total + amount(charge), 0n);
  const tally = (/** @type {(string | null | undefined)[]} */ words) => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const word of words) if (word != null) counts[word] = (counts[word] ?? 0) + 1;
    return counts;
  };
  return {
    requests: stories.length,
    ends: tally(stories.map(({ end }) => end ?? 'unknown')),
    refusals: tally(stories.map(({ code }) => code)),
    upstreamCalls: stories.reduce((total, { calls }) => total + calls.length, 0),
    charges: charges.filter(({ points }) => points > 0n).length,
    direct: charges.filter(({ funding }) => funding === 'account').length,
    undelivered: 0,
    refunded: charges.filter(({ refunded }) => refunded > 0n).length,
    chargedMicropoints: sum(net),
    uncollectedMicropoints: sum(({ uncollected }) => uncollected),
    lossMicropoints: 0n,
  };
}

/** @param {Story} story @param {Tariff} tariff */
function upstreamCost({ calls }, { prices, multiplier }) {
  const usage = calls.findLast((call) => call.isComplete && isCount(call.usage))?.usage;
  return usage ? priceOf(usage, prices, multiplier) : null;
}

/** @param {Record<string, any> | null} usage */
function isCount(usage) {
  const counts = [usage?.['prompt_tokens'], usage?.['completion_tokens']];
  return counts.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** @param {Charge | undefined} charge */
function net(charge) {
  return charge ? charge.points - charge.refunded : 0n;
}

/** Ended by nobody's will. @param {Story} story */
function isUndelivered({ end }) {
  return end === 'broken' || end === 'silent';
}

/** @param {Fault} fault @param {Story} story */
function touches(
  { isDatabase, slots, startedAtMs, endedAtMs },
  { slot, sentAtMs, endedAtMs: leftAtMs = sentAtMs, calls },
) {
  const overAtMs = Math.max(leftAtMs, ...calls.map((call) => call.endedAtMs));
  const isConcerned = isDatabase || slots.includes(slot);
  return isConcerned && startedAtMs <= overAtMs + AFTERMATH_MS && endedAtMs + AFTERMATH_MS >= sentAtMs;
}

/** @param {Fault} fault @param {Story} story */
function killed({ kind, slots, startedAtMs, endedAtMs }, { slot, sentAtMs, endedAtMs: brokenAtMs = Infinity }) {
  return kind.startsWith('kill') && slots.includes(slot) && startedAtMs <= brokenAtMs + 1_000 && sentAtMs <= endedAtMs;
}

/** @param {Story} story @param {Charge | undefined} charge */
function describe({ mark, end, model, requestId }, charge) {
  const booked = charge ? `${charge.points} of ${charge.held} held, ${charge.funding}` : 'nothing';
  return `${mark} (${requestId ?? charge?.requestId ?? 'id unknown'}, ${model}, ${end}, booked ${booked})`;
}
