// @ts-check
import { videoPrice } from './video-price.mjs';
import { judgeSeen } from './judge-seen.mjs';

/**
 * @typedef {import('../violations.mjs').Violation} Violation
 * @typedef {import('./videos-evidence.mjs').VideoStory} VideoStory
 * @typedef {import('./videos-evidence.mjs').TaskRow} TaskRow
 * @typedef {import('./videos-evidence.mjs').Submission} Submission
 * @typedef {{ stories: readonly VideoStory[], submissions: readonly Submission[], tasks: readonly TaskRow[], isFaulty: boolean }} VideoEvidence
 * `isFaulty`: something was killed, stopped or away, so that a submission's outcome may be unknown.
 */

/** What a provider answers that has taken nothing. */
const REFUSED = new Set(['refused', 'busy']);

/** Holds every video against its wish, its provider and its charge. @param {VideoEvidence} evidence @returns {Violation[]} */
export function judgeVideos(evidence) {
  const { stories, submissions, tasks } = evidence;
  /** @type {Violation[]} */
  const violations = [];
  const tasksOf = Map.groupBy(tasks, ({ mark }) => mark);
  const callsOf = Map.groupBy(submissions, ({ mark }) => mark);
  const known = new Set(stories.map(({ mark }) => mark));
  for (const [mark, own] of tasksOf)
    if (!known.has(mark)) violations.push({ name: 'double', detail: `task ${own[0]?.id} is nobody's wish` });
  for (const story of stories) {
    const facts = { story, calls: callsOf.get(story.mark) ?? [], tasks: tasksOf.get(story.mark) ?? [] };
    const found = [
      ...judgeSubmissions(facts),
      ...facts.tasks.flatMap((task) => judgeTask(task, facts, evidence.isFaulty)),
      ...judgeSeen(facts),
    ];
    for (const [name, what] of found)
      violations.push({ name, detail: `${story.mark} (${story.how}, ${story.plan}): ${what}` });
  }
  return violations;
}

/**
 * @typedef {{ story: VideoStory, calls: readonly Submission[], tasks: readonly TaskRow[] }} VideoFacts
 * @typedef {[import('../violations.mjs').ViolationName, string]} Found
 */

/** The provider is called once for each task, at most; and what it may have taken is never submitted again. @param {VideoFacts} facts @returns {Found[]} */
function judgeSubmissions({ story, calls, tasks }) {
  /** @type {Found[]} */
  const found = [];
  const submitted = tasks.filter(({ wasSubmitted }) => wasSubmitted).length;
  if (calls.length > submitted) found.push(['submitted twice', `${calls.length} calls for ${submitted} submissions`]);
  const taken = calls.filter(({ plan }) => !REFUSED.has(plan)).length;
  if (story.how !== 'plain' && taken > 1) found.push(['submitted twice', `the provider has ${taken} videos of it`]);
  if (story.how === 'plain' && tasks.length > 1)
    found.push(['submitted twice', `${tasks.length} tasks of one request`]);
  return found;
}

/** @param {TaskRow} task @param {VideoFacts} facts @param {boolean} isFaulty @returns {Found[]} */
function judgeTask(task, { story, calls }, isFaulty) {
  const { id, state, points, charged, funding, endings } = task;
  /** @type {Found[]} */
  const found = [];
  const wrong = (/** @type {Found[0]} */ name, /** @type {string} */ what) => found.push([name, `task ${id} ${what}`]);
  if (state !== 'completed' && state !== 'failed') return [['not over', `task ${id} is ${state}`]];
  if (endings !== 1) wrong('ended twice', `has ended ${endings} times`);
  if (task.accountId !== story.accountId || task.keyId !== story.keyId) wrong('double', "is another key's");
  if (state === 'failed') {
    if ((points ?? 0n) !== 0n || (charged ?? 0n) !== 0n)
      wrong('charged for nothing', `failed and was charged ${charged}`);
    const mayFail = isFaulty || ['fails', 'cut', 'refused', 'busy'].includes(task.plan);
    if (!mayFail) wrong('wrong outcome', `failed with ${task.errorCode}, and nothing was wrong`);
    return found;
  }
  const due = videoPrice(story.seconds);
  if (charged === null) wrong('lost', 'has completed, and nothing is booked');
  else if (charged !== due || points !== due || task.held !== due || funding !== 'hold')
    wrong('wrong price', `costs ${due}, held ${task.held}, charged ${charged} by ${funding}, said ${points}`);
  if (['fails', 'cut', 'refused', 'busy'].includes(task.plan))
    wrong('wrong outcome', 'has completed, which it never did');
  if (!calls.some(({ upstreamId }) => upstreamId !== null && upstreamId === task.upstreamId))
    wrong('charged for nothing', `its provider knows no ${task.upstreamId}`);
  return found;
}
