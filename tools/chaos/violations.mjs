// @ts-check

/**
 * What may not be. lost: a whole answer without its charge · double: a charge that no request accounts for, such as a second one ·
 * negative · over a limit: quota or period · conservation: points that came from nowhere or went there · leaked hold: points still held
 * after the quiet · wrong price · free of charge: an answer that its client left, not charged though nothing went wrong · charged for
 * nothing: a request that was refused or broke off · beyond the fault: cost of ours that no fault explains · credit: entries that nobody
 * made · other's answer · secret: in an answer, a log, the metrics or the database · slow to recover · process: a gateway that died,
 * hung or wrote of an unhandled error · reaped: a living gateway · unused points: near empty, too little was sold · of videos: not over,
 * ended twice, submitted twice · wrong outcome: other than its provider, or its client, was told · webhook: not arrived, or not as it should · over a
 * rate: more requests in a stretch of the window than its account may make
 *
 * @typedef {'lost' | 'double' | 'negative' | 'over a limit' | 'conservation' | 'leaked hold' | 'wrong price' | 'free of charge'
 *   | 'charged for nothing' | 'beyond the fault' | 'credit' | "other's answer" | 'secret' | 'slow to recover' | 'process' | 'reaped'
 *   | 'unused points' | 'not over' | 'ended twice' | 'submitted twice' | 'wrong outcome' | 'webhook' | 'over a rate'} ViolationName
 * @typedef {{ name: ViolationName, detail: string }} Violation
 */

/** How many violations there are of each name. @param {readonly Violation[]} violations @returns {Map<ViolationName, number>} */
export function countByName(violations) {
  const counts = new Map();
  for (const { name } of violations) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
