// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LET_TIME_PASS, UNDONE } from './videos-sql.mjs';

/**
 * A gateway that died in a call is known to have after a minute and the call's time limit; a webhook that it took with it is sent anew
 * after a minute, and may be refused once more.
 */
const OVER_TIMEOUT_MS = 210_000;
const POLL_MS = 250;
const PASS_EVERY_MS = 1_500;

/**
 * Waits until every video is over and every webhook has arrived. `letsTimePass`: what the dead have left is taken over at once, as if the
 * time for it had passed.
 *
 * @param {import('../house.mjs').House} house
 * @param {{ letsTimePass: boolean }} how
 * @returns {Promise<{ overMs: number, violations: import('../violations.mjs').Violation[] }>}
 */
export async function untilVideosAreOver({ directUrl }, { letsTimePass }) {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  const startedMs = performance.now();
  let passedMs = -Infinity;
  try {
    for (;;) {
      const nowMs = performance.now();
      if (letsTimePass && nowMs - passedMs > PASS_EVERY_MS) {
        for (const sentence of LET_TIME_PASS) await client.query(sentence);
        passedMs = nowMs;
      }
      const { tasks, webhooks } = (await client.query(UNDONE)).rows[0];
      const overMs = Math.round(nowMs - startedMs);
      if (tasks === 0 && webhooks === 0) return { overMs, violations: [] };
      if (overMs > OVER_TIMEOUT_MS) {
        const detail = `after ${overMs} ms of quiet ${tasks} tasks are open and ${webhooks} webhooks wait`;
        return { overMs, violations: [{ name: 'not over', detail }] };
      }
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}
