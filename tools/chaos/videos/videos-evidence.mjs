// @ts-check
import pg from 'pg';
import { readLines } from '../evidence.mjs';
import { TASKS } from './videos-sql.mjs';

/**
 * One answer to a submission; status 0 where there was none.
 * @typedef {{ id: string | null, status: number, code: string | null, mayRepeat: boolean, tries: number, slot: number, sentAtMs: number, atMs: number }} Answer
 *
 * What the clients know of one video: its wish, all answers to it, and what was seen of it later, in order.
 * @typedef {{ mark: string, how: string, keyId: string, accountId: string, plan: string, seconds: string, atMs: number, answers: Answer[],
 *   seen: { id: string, status: string | null, progress: number | null, code: string | null }[],
 *   downloads: { id: string, isOwn: boolean, bytes: number }[] }} VideoStory
 *
 * What the provider was asked to make, and what came to the receiver; `status` is what it answered, 0 for nothing.
 * @typedef {{ mark: string, plan: string, upstreamId: string | null, atMs: number }} Submission
 * @typedef {{ path: string, headers: Record<string, string>, body: string, status: number, atMs: number }} Arrival
 *
 * A task as the database has it.
 * @typedef {{ id: string, accountId: string, keyId: string, mark: string, plan: string, state: string, points: bigint | null, held: bigint,
 *   refusedWith: number | null, upstreamId: string | null, errorCode: string | null, wasSubmitted: boolean, endings: number,
 *   charged: bigint | null, funding: string | null }} TaskRow
 */

/** Reads what clients wrote. @param {string} file @returns {VideoStory[]} */
export function readVideoStories(file) {
  /** @type {Map<string, VideoStory>} */
  const stories = new Map();
  for (const { kind, ...line } of readLines(file)) {
    if (kind === 'wish') stories.set(line.mark, { ...line, answers: [], seen: [], downloads: [] });
    const story = stories.get(line.mark);
    if (kind === 'answer') story?.answers.push(line);
    if (kind === 'seen') story?.seen.push(line);
    if (kind === 'downloaded') story?.downloads.push(line);
  }
  return [...stories.values()];
}

/** Reads what the world outside wrote. @param {string} file @returns {{ submissions: Submission[], arrivals: Arrival[] }} */
export function readOutside(file) {
  const lines = readLines(file);
  const ofKind = (/** @type {string} */ wanted) => lines.filter(({ kind }) => kind === wanted);
  return { submissions: ofKind('submission'), arrivals: ofKind('webhook') };
}

/** Reads every task. @param {string} databaseUrl @returns {Promise<TaskRow[]>} */
export async function readTasks(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(TASKS);
    return rows.map(toTask);
  } finally {
    await client.end();
  }
}

/** @param {any} row @returns {TaskRow} */
function toTask(row) {
  const [mark = '', plan = ''] = String(row.prompt).split(' ');
  const amount = (/** @type {string | null} */ text) => (text === null ? null : BigInt(text));
  return {
    ...{ id: row.id, accountId: row.account_id, keyId: row.api_key_id, mark, plan, state: row.state },
    ...{
      points: amount(row.points),
      held: BigInt(row.held),
      refusedWith: row.refused_with,
      upstreamId: row.upstream_id,
    },
    ...{ errorCode: row.error_code, wasSubmitted: row.was_submitted, endings: row.endings },
    ...{ charged: amount(row.charged), funding: row.funding },
  };
}
