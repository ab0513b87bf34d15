import { createDataSource, runMigrations } from '@tokenbay/schema';
import { useTasks } from './testing/use-tasks.js';

describe('a database that goes back to before there were tasks', () => {
  const stage = useTasks();

  it('gives back what tasks that run have taken, and leaves the rest', async () => {
    const key = await stage.ledger.addKey(stage.accountId, { pointQuota: 500 });
    await stage.running();
    await stage.accepted({ apiKeyId: key, budgeted: true });
    expect(await stage.points()).toEqual({ available: 800, held: 200 });
    const source = await createDataSource(stage.ledger.url).initialize();
    const hasTasks = async () =>
      (await source.query<unknown[]>(`SELECT WHERE to_regclass('task') IS NOT NULL`)).length > 0;
    while (await hasTasks()) await source.undoLastMigration();
    await source.destroy();
    expect(await stage.points()).toEqual({ available: 1_000, held: 0 });
    expect(await stage.query('SELECT quota_taken FROM key_budget WHERE api_key_id = $1', [key])).toEqual([
      { quota_taken: '0' },
    ]);
    // The audit of the books looks at tasks, too.
    await runMigrations(stage.ledger.url);
  });
});
