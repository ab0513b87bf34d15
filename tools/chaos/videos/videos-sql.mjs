// @ts-check
/** What the database says of videos: tables only, as in `books-sql.mjs`. */

/** What is written once when a task ends, whoever ends it. */
const ENDINGS = `('completed', 'failed', 'expired', 'refused', 'lost', 'cancelled', 'not_submitted')`;

/** Every task with how often it ended, and with its charge. */
export const TASKS = `
  SELECT t.id, t.account_id, t.api_key_id, t.state, t.prompt, t.points::text, t.held::text, t.refused_with, t.upstream_id, t.error_code,
    t.submitted_at IS NOT NULL AS was_submitted,
    (SELECT count(*)::integer FROM task_event AS e WHERE e.task_id = t.id AND e.event IN ${ENDINGS}) AS endings,
    c.points::text AS charged, c.funding::text AS funding
  FROM task AS t LEFT JOIN charge AS c ON c.request_id = t.id`;

/** What is still to be done for videos: nothing, after the quiet. */
export const UNDONE = `
  SELECT (SELECT count(*)::integer FROM task WHERE ended_at IS NULL) AS tasks,
    (SELECT count(*)::integer FROM webhook_delivery WHERE state = 'pending') AS webhooks`;

/** As if the time had passed that a gateway has which is never heard of again. */
export const LET_TIME_PASS = [
  `UPDATE task SET deadline_at = clock_timestamp() WHERE state IN ('accepted', 'submitting')`,
  `UPDATE task SET poll_at = clock_timestamp() WHERE poll_at > clock_timestamp()`,
  `UPDATE webhook_delivery SET attempt_at = clock_timestamp() WHERE attempt_at > clock_timestamp()`,
];
