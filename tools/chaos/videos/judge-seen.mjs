// @ts-check

/**
 * @typedef {import('./judge-videos.mjs').Found} Found
 * @typedef {import('./videos-evidence.mjs').TaskRow} TaskRow
 */

/** Holds what the clients of one video were told against what became of it. @param {import('./judge-videos.mjs').VideoFacts} facts @returns {Found[]} */
export function judgeSeen({ story, calls, tasks }) {
  /** @type {Found[]} */
  const found = [];
  const { answers, seen, downloads } = story;
  const ids = new Set(answers.flatMap(({ id }) => (id === null ? [] : [id])));
  if (ids.size > 1) found.push(['submitted twice', `its client was told ${[...ids].join(', ')}`]);
  const taskOf = new Map(tasks.map((task) => [`video_${task.id.replaceAll('-', '')}`, task]));
  for (const id of ids) found.push(...judgeKnown(id, taskOf.get(id), seen));
  // Whom the gateway has told that it is in vain, and who asked nowhere else, knows of no video.
  const isTold = answers.length === 1 && answers.every(({ status }) => status >= 400);
  const charged = tasks.find(({ state }) => state === 'completed');
  if (isTold && charged) found.push(['charged for nothing', `its client was told ${answers[0]?.code}`]);
  if (isTold && calls.length > 0 && answers.some(({ mayRepeat }) => mayRepeat))
    found.push(['submitted twice', `${answers[0]?.code} invites to repeat what its provider was asked for`]);
  for (const { id, isOwn, bytes } of downloads) {
    if (!isOwn) found.push(["other's answer", `${id} shows another video`]);
    if (bytes === 0) found.push(['lost', `${id} has completed, and cannot be downloaded`]);
  }
  return found;
}

/** @param {string} id @param {TaskRow | undefined} task @param {readonly { id: string, status: string | null, progress: number | null, code: string | null }[]} all @returns {Found[]} */
function judgeKnown(id, task, all) {
  if (!task) return [['lost', `its client knows ${id}, and nobody else does`]];
  if (task.refusedWith !== null) return [['wrong outcome', `${id} was refused, and its client was told of it`]];
  const seen = all.filter((look) => look.id === id);
  const last = seen.at(-1);
  /** @type {Found[]} */
  const found = [];
  if (last?.status !== task.state)
    found.push(['wrong outcome', `${id} has ${task.state}, last seen ${last?.status ?? last?.code}`]);
  const rank = ['queued', 'in_progress', 'completed', 'failed'];
  const ranks = seen.map(({ status }) => rank.indexOf(status ?? ''));
  const progress = seen.map((look) => look.progress ?? 0);
  const goesBack = (/** @type {number[]} */ steps) => steps.some((step, n) => n > 0 && step < (steps[n - 1] ?? 0));
  if (goesBack(ranks) || goesBack(progress)) found.push(['wrong outcome', `${id} went back`]);
  return found;
}
