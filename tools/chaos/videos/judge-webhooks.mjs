// @ts-check
import { createHmac } from 'node:crypto';

/**
 * @typedef {import('../violations.mjs').Violation} Violation
 * @typedef {import('./videos-evidence.mjs').TaskRow} TaskRow
 * @typedef {import('./videos-evidence.mjs').Arrival} Arrival
 */

/** As the scheme's libraries allow it. */
const TOLERANCE_MS = 300_000;

/**
 * Every task that its client knows of and that is over was told of at least once, by a message that its receiver took; every message is
 * signed by its account's secret, says how its task ended, and keeps its id however often it comes.
 *
 * @param {{ tasks: readonly TaskRow[], arrivals: readonly Arrival[], accounts: readonly import('./videos-world.mjs').ToldAccount[] }} evidence
 * @returns {Violation[]}
 */
export function judgeWebhooks({ tasks, arrivals, accounts }) {
  /** @type {Violation[]} */
  const violations = [];
  const wrong = (/** @type {string} */ detail) => violations.push({ name: 'webhook', detail });
  const taskOf = new Map(tasks.map((task) => [publicIdOf(task), task]));
  /** @type {Map<string, Arrival[]>} */
  const arrived = new Map();
  for (const arrival of arrivals) {
    const account = accounts.find(({ hook }) => hook === arrival.path);
    const message = parse(arrival.body);
    const task = taskOf.get(message?.data?.id);
    const problem = judgeArrival({ arrival, message, task, account });
    if (problem !== undefined) wrong(`${arrival.headers['webhook-id']}, ${message?.data?.id}: ${problem}`);
    if (task) arrived.set(task.id, [...(arrived.get(task.id) ?? []), arrival]);
  }
  for (const task of tasks) {
    const own = arrived.get(task.id) ?? [];
    if (new Set(own.map(({ headers }) => headers['webhook-id'])).size > 1) wrong(`${task.id} came under several ids`);
    if (!isEnded(task) || task.refusedWith !== null) continue;
    if (!own.some(({ status }) => status === 204)) wrong(`${task.id} (${task.mark}, ${task.state}) was never taken`);
  }
  return violations;
}

/** @param {{ arrival: Arrival, message: any, task: TaskRow | undefined, account: import('./videos-world.mjs').ToldAccount | undefined }} facts @returns {string | undefined} */
function judgeArrival({ arrival: { headers, body, atMs }, message, task, account }) {
  if (!account) return 'came to nobody';
  if (!task) return 'tells of no task';
  if (task.accountId !== account.accountId) return "tells of another account's task";
  if (task.refusedWith !== null) return 'tells of what was refused';
  if (!isEnded(task)) return 'tells of a task that is not over';
  if (message.type !== `video.${task.state}` || message.data.status !== task.state)
    return `says ${message.type} of what has ${task.state}`;
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature = '' } = headers;
  if (message.id !== id) return 'its id is not that of its header';
  if (!(Math.abs(atMs - Number(timestamp) * 1_000) <= TOLERANCE_MS)) return `was signed at ${timestamp}`;
  const key = Buffer.from(account.secret.replace('whsec_', ''), 'base64');
  const due = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return signature.split(' ').includes(due) ? undefined : 'is not signed by its account';
}

/** @param {TaskRow} task */
const isEnded = ({ state }) => state === 'completed' || state === 'failed';

/** The id by which clients know a task. @param {TaskRow} task */
const publicIdOf = ({ id }) => `video_${id.replaceAll('-', '')}`;

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
