import { FAILED, ROUTE, useTasks } from './testing/use-tasks.js';
import { toPublicId } from './task.js';

const stage = useTasks();
const REFUSED = { ...FAILED, code: 'upstream_timeout', costMicropoints: null, refusedWith: 504 };

/** Lets a task be so old. */
const age = (id: string, seconds: number) =>
  stage.query(`UPDATE task SET created_at = created_at - $2 * interval '1 second' WHERE id = $1`, [id, seconds]);

describe('a task of which somebody may have been told', () => {
  it('is not taken back by a submission that failed late, but has failed', async () => {
    for (const [seconds, isShown] of [
      [20, false],
      [26, true],
    ] as const) {
      const id = await stage.accepted();
      await stage.tasks.submit(id, ROUTE);
      await age(id, seconds);
      expect(await stage.tasks.failSubmission(id, REFUSED)).toBe(true);
      const shown = await stage.tasks.findOwn(stage.accountId, toPublicId(id));
      expect(shown?.state).toBe(isShown ? 'failed' : undefined);
      expect((await stage.get(id)).refusedWith).toBe(isShown ? null : 504);
    }
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
  });

  it('is not withdrawn, and is over by itself', async () => {
    const id = await stage.accepted();
    await age(id, 26);
    expect(await stage.tasks.withdraw(id)).toBe(false);
    await stage.pass(id);
    expect(await stage.tasks.expireNext()).toBe(id);
    expect(await stage.tasks.findOwn(stage.accountId, toPublicId(id))).toMatchObject({ state: 'failed' });
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
  });
});
