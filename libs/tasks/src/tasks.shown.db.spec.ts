import { uuidv7 } from '@tokenbay/platform';
import { toPublicId } from './task.js';
import { DONE, FAILED, ROUTE, codeOf, useTasks } from './testing/use-tasks.js';

const stage = useTasks();

describe('tasks', () => {
  it('are found by their own account only', async () => {
    const id = await stage.running();
    expect(await stage.tasks.findOwn(stage.accountId, toPublicId(id))).toMatchObject({ id });
    const stranger = await stage.ledger.addAccount(0);
    for (const publicId of [toPublicId(id), toPublicId(uuidv7()), id, 'video_', "video_' OR true"])
      expect(await stage.tasks.findOwn(stranger, publicId)).toBeNull();
  });

  it('are listed page by page in both directions, without those whose submission was refused or is not answered yet', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await stage.running());
    const refused = await stage.accepted();
    await stage.tasks.submit(refused, ROUTE);
    await stage.tasks.failSubmission(refused, { ...FAILED, refusedWith: 400 });
    // Their clients wait for an answer, and may be told that there is no task.
    await stage.accepted();
    await stage.tasks.submit(await stage.accepted(), ROUTE);
    const list = (after: string | undefined, isAscending: boolean) =>
      stage.reader.listOwn(stage.accountId, { limit: 3, after, isAscending });
    const newest = await list(undefined, false);
    expect(newest.tasks.map(({ id }) => id)).toEqual(ids.slice(2).reverse());
    expect(newest.hasMore).toBe(true);
    const rest = await list(toPublicId(ids[2]!), false);
    expect([rest.tasks.map(({ id }) => id), rest.hasMore]).toEqual([[ids[1], ids[0]], false]);
    expect((await list(toPublicId(ids[3]!), true)).tasks.map(({ id }) => id)).toEqual([ids[4]]);
    await expect(list('nothing', true)).rejects.toEqual(codeOf('invalid_request'));
  });

  it('are shown while all who lead tasks are busy, and led while all who look are', async () => {
    const id = await stage.running();
    const busy = await stage.occupy('task');
    expect(await stage.tasks.findOwn(stage.accountId, toPublicId(id))).toMatchObject({ id });
    const page = { limit: 3, after: undefined, isAscending: true };
    expect((await stage.reader.listOwn(stage.accountId, page)).tasks).toMatchObject([{ id }]);
    expect((await stage.reader.get(id)).events).toHaveLength(3);
    busy();
    const looking = await stage.occupy('report');
    expect(await stage.tasks.read(await stage.running())).toMatchObject({ state: 'queued' });
    looking();
  });

  it('are cancelled in every state that is open, once', async () => {
    const [one, two] = [await stage.accepted(), await stage.running()];
    expect(await stage.tasks.cancel(one, 'test')).toMatchObject({
      state: 'failed',
      errorCode: 'cancelled',
      uncollectedMicropoints: 0,
    });
    expect(await stage.tasks.cancel(two, 'test')).toMatchObject({ state: 'failed', uncollectedMicropoints: 100 });
    await expect(stage.tasks.cancel(two, 'test')).rejects.toEqual(codeOf('conflict'));
    await expect(stage.tasks.cancel(uuidv7(), 'test')).rejects.toEqual(codeOf('not_found'));
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
  });

  it('of which nothing was heard for long are counted', async () => {
    const id = await stage.running();
    await stage.query(`UPDATE task SET heard_at = clock_timestamp() - interval '1 hour' WHERE id = $1`, [id]);
    const counts = await stage.reader.countOpen(60_000);
    expect(counts.find(({ state }) => state === 'queued')).toMatchObject({ silent: 1 });
  });
});

describe('the audit of the books', () => {
  async function faultsOf(change: string, undo: string, id: string): Promise<string> {
    await stage.query(change, [id]);
    const faults = await stage.findFaults();
    await stage.query(undo, [id]);
    return JSON.stringify(faults);
  }

  it('knows points of tasks that run, and misses a hold that is not what its task says', async () => {
    const id = await stage.running();
    const faults = await faultsOf(
      'UPDATE hold SET points = points - 1 WHERE owner_id = $1',
      'UPDATE hold SET points = points + 1 WHERE owner_id = $1',
      id,
    );
    expect(faults).toContain(`task ${id}: task 100 ≠ held 99`);
    expect(faults).toContain(`task ${id} is queued: held 100, its hold 99`);
  });

  it('misses the charge of a task that was booked otherwise', async () => {
    const id = await stage.running();
    await stage.tasks.complete(id, { ...DONE, costMicropoints: 60 });
    const change = (points: number) => `UPDATE task SET points = ${points} WHERE id = $1`;
    const faults = await faultsOf(change(61), change(60), id);
    expect(faults).toContain(`task ${id}: task 61 ≠ booked 60`);
    expect(faults).toContain(`task ${id} is completed: charged 61, booked 60`);
  });

  it('takes the points of a task that is over for nobody’s', async () => {
    const id = await stage.running();
    await stage.tasks.fail(id, FAILED);
    const faults = await faultsOf(
      `INSERT INTO hold (owner_id, hold_no, account_id, window_no, points) SELECT id, 1, account_id, 0, 5 FROM task WHERE id = $1`,
      'DELETE FROM hold WHERE owner_id = $1',
      id,
    );
    expect(faults).toContain('held 5 > of the living 0');
    expect(faults).toContain('has no living owner');
  });
});
