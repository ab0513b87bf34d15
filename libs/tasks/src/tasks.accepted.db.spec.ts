import { DONE, FAILED, ROUTE, codeOf, digest, useTasks } from './testing/use-tasks.js';

const stage = useTasks();

describe('a task that is accepted', () => {
  it('holds its points from the same moment on', async () => {
    const id = await stage.accepted();
    expect(await stage.points()).toEqual({ available: 900, held: 100 });
    expect(await stage.get(id)).toMatchObject({ state: 'accepted', heldMicropoints: 100, prompt: 'A lighthouse' });
  });

  it('is refused whole where account, quota or period have too little, and leaves nothing', async () => {
    await expect(stage.tasks.accept(stage.draft({ heldMicropoints: 1_001 }))).rejects.toEqual(
      codeOf('account_point_insufficient'),
    );
    const quota = await stage.ledger.addKey(stage.accountId, { pointQuota: 99 });
    await expect(stage.tasks.accept(stage.draft({ apiKeyId: quota, budgeted: true }))).rejects.toEqual(
      codeOf('api_key_point_insufficient'),
    );
    const daily = await stage.ledger.addKey(stage.accountId, { pointLimits: [{ period: 'day', points: 99 }] });
    const refusal = await stage.tasks
      .accept(stage.draft({ apiKeyId: daily, budgeted: true }))
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'api_key_point_limit_exceeded' });
    expect((refusal as { options: { retryAfterSeconds: number } }).options.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
    expect((await stage.reader.list({ accountId: stage.accountId }, { limit: 9 })).rows).toEqual([]);
  });

  it('lets exactly ten of fifty callers through when points cover ten', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => stage.tasks.accept(stage.draft({ requestDigest: digest(`${n}`) }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await stage.points()).toEqual({ available: 0, held: 1_000 });
  });

  it('counts in the budgets of its key until it is over, and afterwards with what it was charged', async () => {
    const key = await stage.ledger.addKey(stage.accountId, {
      pointQuota: 150,
      pointLimits: [{ period: 'hour', points: 150 }],
    });
    const id = await stage.running({ apiKeyId: key, budgeted: true });
    await expect(stage.tasks.accept(stage.draft({ apiKeyId: key, budgeted: true }))).rejects.toEqual(
      codeOf('api_key_point_insufficient'),
    );
    await stage.tasks.complete(id, { ...DONE, costMicropoints: 40 });
    expect(await stage.query('SELECT quota_taken, hour_taken FROM key_budget WHERE api_key_id = $1', [key])).toEqual([
      { quota_taken: '40', hour_taken: '40' },
    ]);
    await stage.accepted({ apiKeyId: key, budgeted: true });
  });

  it('can be undone until somebody may have been called', async () => {
    const id = await stage.accepted();
    expect(await stage.tasks.withdraw(id)).toBe(true);
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
    expect(await stage.tasks.read(id)).toBeNull();
    const called = await stage.running();
    expect(await stage.tasks.withdraw(called)).toBe(false);
  });

  it('outlives the process that took it', async () => {
    const id = await stage.accepted();
    await stage.query(`SELECT points_reap(instance_id, 'dead') FROM gateway_instance`);
    expect(await stage.points()).toEqual({ available: 900, held: 100 });
    expect(await stage.tasks.submit(id, ROUTE)).toBe(true);
  });
});

describe('the same submission', () => {
  it('is the same task under its key for a day, and another one is refused', async () => {
    const id = await stage.accepted({ idempotencyKey: 'order-1' });
    expect(await stage.tasks.accept(stage.draft({ idempotencyKey: 'order-1' }))).toMatchObject({ id });
    expect(await stage.tasks.findEarlier(stage.draft({ idempotencyKey: 'order-1' }))).toMatchObject({ id });
    const other = stage.draft({ idempotencyKey: 'order-1', requestDigest: digest('a harbour') });
    await expect(stage.tasks.accept(other)).rejects.toEqual(codeOf('invalid_request'));
    await expect(stage.tasks.findEarlier(other)).rejects.toEqual(codeOf('invalid_request'));
    const otherKey = await stage.ledger.addKey(stage.accountId);
    expect(await stage.tasks.findEarlier(stage.draft({ idempotencyKey: 'order-1', apiKeyId: otherKey }))).toBeNull();
    await stage.query(`UPDATE task SET created_at = created_at - interval '25 hours' WHERE id = $1`, [id]);
    await stage.accepted({ idempotencyKey: 'order-1', requestDigest: digest('a harbour') });
  });

  it('is one task however many arrive at once', async () => {
    const drafts = Array.from({ length: 12 }, () => stage.draft({ idempotencyKey: 'order-2' }));
    const earlier = await Promise.all(drafts.map((wanted) => stage.tasks.accept(wanted)));
    expect(earlier.filter((task) => task === null)).toHaveLength(1);
    expect(new Set(earlier.flatMap((task) => (task ? [task.id] : []))).size).toBe(1);
    expect(await stage.points()).toEqual({ available: 900, held: 100 });
  });

  it('is one task although the second arrives while the first is under way', async () => {
    const locking = await stage.ledger.database.pool('report').connect();
    await locking.query('BEGIN');
    await locking.query('SELECT FROM point_account WHERE account_id = $1 FOR UPDATE', [stage.accountId]);
    // Both have looked for an earlier one before either can go on, unless the second waits for the first.
    const drafts = [stage.draft({ isRepeated: true }), stage.draft({ isRepeated: true })];
    const earlier = Promise.all(drafts.map((wanted) => stage.tasks.accept(wanted)));
    await stage.untilWaiting(2);
    await locking.query('COMMIT');
    locking.release();
    expect((await earlier).filter((task) => task === null)).toHaveLength(1);
    expect(await stage.points()).toEqual({ available: 900, held: 100 });
  });

  it('is recognised by its content where a library repeats it without a key, for ten minutes', async () => {
    const id = await stage.accepted();
    expect(await stage.tasks.findEarlier(stage.draft())).toBeNull();
    expect(await stage.tasks.accept(stage.draft({ isRepeated: true }))).toMatchObject({ id });
    expect(
      await stage.tasks.findEarlier(stage.draft({ isRepeated: true, requestDigest: digest('a harbour') })),
    ).toBeNull();
    await stage.query(`UPDATE task SET created_at = created_at - interval '11 minutes' WHERE id = $1`, [id]);
    expect(await stage.tasks.findEarlier(stage.draft({ isRepeated: true }))).toBeNull();
  });

  it('may be sent again once its provider has refused it, and not where it may run there', async () => {
    const id = await stage.accepted({ idempotencyKey: 'order-3' });
    await stage.tasks.submit(id, ROUTE);
    await stage.tasks.failSubmission(id, { ...FAILED, refusedWith: 400 });
    expect(await stage.tasks.findEarlier(stage.draft({ idempotencyKey: 'order-3' }))).toBeNull();
    const unknown = await stage.accepted({ idempotencyKey: 'order-3' });
    await stage.tasks.submit(unknown, ROUTE);
    await stage.tasks.failSubmission(unknown, { ...FAILED, costMicropoints: null, refusedWith: 500 });
    expect(await stage.tasks.findEarlier(stage.draft({ idempotencyKey: 'order-3' }))).toMatchObject({
      id: unknown,
      refusedWith: 500,
    });
    expect(await stage.chargesOf(unknown)).toEqual([
      {
        points: '0',
        held: '100',
        uncollected: '100',
        status: 500,
        code: 'upstream_failed',
        outcome: 3,
        usage_source: 2,
      },
    ]);
  });
});
