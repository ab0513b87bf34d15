import { uuidv7 } from '@tokenbay/platform';
import { toPublicId } from './task.js';
import { DONE, FAILED, ROUTE, SECRET, TAKEN, useTasks } from './testing/use-tasks.js';

const stage = useTasks();

describe('a submission', () => {
  it('is allowed once', async () => {
    const id = await stage.accepted();
    const allowed = await Promise.all(Array.from({ length: 8 }, () => stage.tasks.submit(id, ROUTE)));
    expect(allowed.filter(Boolean)).toHaveLength(1);
  });

  it('is not allowed once its time is over, and what was to be submitted costs nothing', async () => {
    const id = await stage.accepted();
    await stage.pass(id);
    expect(await stage.tasks.submit(id, ROUTE)).toBe(false);
    expect(await stage.tasks.expireNext()).toBe(id);
    expect(await stage.get(id)).toMatchObject({ state: 'failed', errorCode: 'upstream_failed', chargedMicropoints: 0 });
    expect(await stage.chargesOf(id)).toEqual([]);
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
  });

  it('of which nobody heard again is given up, and its whole cost may be the platform’s', async () => {
    const id = await stage.accepted();
    await stage.tasks.submit(id, ROUTE);
    await stage.pass(id);
    expect(await stage.tasks.expireNext()).toBe(id);
    expect(await stage.tasks.submitted(id, TAKEN)).toBe(false);
    expect(await stage.chargesOf(id)).toMatchObject([{ points: '0', uncollected: '100', outcome: 3 }]);
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
    expect(await stage.tasks.expireNext()).toBeNull();
  });

  it('that cannot be ended keeps nobody waiting, says why, and is tried again in an hour', async () => {
    const broken = await stage.running();
    const behind = await stage.accepted();
    for (const id of [broken, behind]) await stage.pass(id);
    await stage.query(`UPDATE task SET deadline_at = deadline_at - interval '1 minute' WHERE id = $1`, [broken]);
    await stage.query('UPDATE hold SET points = points - 1 WHERE owner_id = $1', [broken]);
    expect(await stage.tasks.expireNext()).toBe(behind);
    expect(await stage.tasks.expireNext()).toBeNull();
    const { task, events } = await stage.reader.get(broken);
    expect(task.state).toBe('queued');
    expect(events.at(-1)).toMatchObject({ event: 'expire_failed', detail: expect.stringMatching(/./) });
    expect(await stage.chargesOf(broken)).toEqual([]);
    const [row] = await stage.query<{ minutes: number }>(
      `SELECT extract(epoch FROM deadline_at - clock_timestamp())::float8 / 60 AS minutes FROM task WHERE id = $1`,
      [broken],
    );
    expect(row?.minutes).toBeGreaterThan(55);
    await stage.query('UPDATE hold SET points = points + 1 WHERE owner_id = $1', [broken]);
    await stage.pass(broken);
    expect(await stage.tasks.expireNext()).toBe(broken);
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
  });
});

describe('a task that runs', () => {
  it('ends once, whoever comes first, and is charged or released with that', async () => {
    for (let round = 0; round < 5; round += 1) {
      const before = await stage.points();
      const id = await stage.running();
      await stage.pass(id);
      const [completed, failed, cancelled, expired] = await Promise.all([
        stage.tasks.complete(id, { ...DONE, costMicropoints: 60 }),
        stage.tasks.fail(id, FAILED),
        stage.tasks.cancel(id, 'no longer wanted').then(
          () => true,
          () => false,
        ),
        stage.tasks.expireNext().then((ended) => ended === id),
      ]);
      expect([completed, failed, cancelled, expired].filter(Boolean)).toHaveLength(1);
      const charged = completed ? 60 : 0;
      expect(await stage.points()).toEqual({ available: before.available - charged, held: 0 });
      expect(await stage.chargesOf(id)).toMatchObject([{ points: `${charged}` }]);
    }
  });

  it('is charged no more than was held; the rest is the platform’s', async () => {
    const id = await stage.running();
    await stage.tasks.complete(id, { ...DONE, costMicropoints: 130 });
    expect(await stage.get(id)).toMatchObject({
      state: 'completed',
      progress: 100,
      chargedMicropoints: 100,
      uncollectedMicropoints: 30,
    });
    expect(await stage.chargesOf(id)).toMatchObject([{ points: '100', uncollected: '30', status: 200, outcome: 1 }]);
  });

  it('is marked where its length is only believed', async () => {
    for (const isEstimated of [true, false]) {
      const id = await stage.running();
      await stage.tasks.complete(id, { ...DONE, costMicropoints: 60, isEstimated });
      expect(await stage.chargesOf(id)).toMatchObject([{ usage_source: isEstimated ? 2 : 1 }]);
    }
  });

  it('is asked about by one at a time, and again when the lease of who asked is over', async () => {
    await stage.query("UPDATE task SET poll_at = clock_timestamp() + interval '1 hour' WHERE poll_at IS NOT NULL");
    const ids = await Promise.all([stage.running(), stage.running(), stage.running()]);
    const leases = await Promise.all([1, 2, 3, 4].map(() => stage.tasks.leasePolls(2, 60_000)));
    expect(
      leases
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(await stage.tasks.leasePolls(9, 60_000)).toEqual([]);
    await stage.query(`UPDATE task SET poll_at = clock_timestamp() WHERE id = ANY ($1)`, [ids]);
    expect(await stage.tasks.leasePolls(9, 60_000)).toHaveLength(3);
  });

  it('hears only of its last poll, goes forward only, and remembers what was wrong', async () => {
    const id = await stage.running();
    const poll = async () => (await stage.tasks.leasePolls(9, 0)).find((task) => task.id === id)!;
    const first = await poll();
    const second = await poll();
    expect(await stage.tasks.notePoll(first, { state: 'in_progress', progress: 90, problem: null, pollInMs: 0 })).toBe(
      false,
    );
    expect(await stage.tasks.notePoll(second, { state: 'in_progress', progress: 40, problem: null, pollInMs: 0 })).toBe(
      true,
    );
    await stage.tasks.notePoll(await poll(), { state: null, progress: null, problem: 'server 502', pollInMs: 0 });
    await stage.tasks.notePoll(await poll(), { state: 'queued', progress: 10, problem: null, pollInMs: 60_000 });
    const { task, events } = await stage.reader.get(toPublicId(id));
    expect(task).toMatchObject({ state: 'in_progress', progress: 40, polls: 4, pollProblem: null });
    expect(events.map(({ event }) => event)).toEqual([
      ...['accepted', 'submitting', 'queued', 'in_progress', 'poll_failed', 'poll_recovered'],
    ]);
  });

  it('keeps the secret that it was submitted with, sealed for itself alone, until it is over', async () => {
    const id = await stage.running();
    const task = await stage.get(id);
    expect(stage.tasks.openSecret(task)).toBe(SECRET);
    expect(() => stage.tasks.openSecret({ ...task, id: uuidv7() })).toThrow('channel_key_unavailable');
    expect(JSON.stringify(await stage.query('SELECT task::text FROM task'))).not.toContain(SECRET);
    await stage.tasks.complete(id, { ...DONE, costMicropoints: 1 });
    expect(stage.tasks.openSecret(await stage.get(id))).toBe(SECRET);
    await stage.query(`UPDATE task SET ended_at = ended_at - interval '3 days' WHERE id = $1`, [id]);
    await stage.tasks.forgetSecrets();
    expect(stage.tasks.openSecret(await stage.get(id))).toBeNull();
    const failed = await stage.running();
    await stage.tasks.fail(failed, FAILED);
    expect(stage.tasks.openSecret(await stage.get(failed))).toBeNull();
  });
});
