import { uuidv7 } from '@tokenbay/platform';
import { DONE, FAILED, TAKEN, ROUTE, useTasks } from './testing/use-tasks.js';

const stage = useTasks();
const MONTHS_KEPT = 24;

/** A request id of a month that is long over. */
function oldId(): string {
  const time = Date.parse('2024-01-15T00:00:00Z').toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
}

async function completed(id: string, daysAgo: number): Promise<string> {
  await stage.running({ id });
  expect(await stage.tasks.complete(id, { ...DONE, costMicropoints: 60 })).toBe(true);
  await stage.query(`UPDATE task SET ended_at = clock_timestamp() - $2 * interval '1 day' WHERE id = $1`, [
    id,
    daysAgo,
  ]);
  return id;
}

/** Has months of the usage log given up that are older than so many. */
async function retireMonths(): Promise<void> {
  await completed(uuidv7(), 0);
  for (;;) {
    const [row] = await stage.query<{ until: Date | null }>('SELECT charge_retire_next($1) AS until', [MONTHS_KEPT]);
    if (!row?.until) return;
  }
}

const isKept = async (id: string) => (await stage.tasks.read(id)) !== null;

describe('a task of long ago', () => {
  // As before any month was given up.
  beforeEach(() => stage.query(`UPDATE charge_horizon SET kept_from = '00000000-0000-0000-0000-000000000000'`));

  it('is kept as long as its charge is, and goes after it with its timeline and its webhook', async () => {
    const id = await completed(oldId(), 40);
    const young = await completed(uuidv7(), 40);
    await stage.query(
      `INSERT INTO webhook_delivery (account_id, task_id, type, state, attempt_at, ended_at) VALUES ($1, $2, 'video.completed', 'delivered', NULL, now())`,
      [stage.accountId, id],
    );
    expect(await stage.tasks.forgetRetired()).toBe(true);
    expect(await isKept(id)).toBe(true);
    await retireMonths();
    expect(await stage.tasks.forgetRetired()).toBe(true);
    expect([await isKept(id), await isKept(young)]).toEqual([false, true]);
    expect(await stage.query('SELECT FROM task_event WHERE task_id = $1', [id])).toEqual([]);
    expect(await stage.query('SELECT FROM webhook_delivery WHERE task_id = $1', [id])).toEqual([]);
  });

  it('stays where it ended within a month, where its account is still to be told, and where it is not over', async () => {
    const late = await completed(oldId(), 29);
    const untold = await completed(oldId(), 40);
    await stage.query(`INSERT INTO webhook_delivery (account_id, task_id, type) VALUES ($1, $2, 'video.completed')`, [
      stage.accountId,
      untold,
    ]);
    const running = await stage.running({ id: oldId() });
    await retireMonths();
    await stage.tasks.forgetRetired();
    expect([await isKept(late), await isKept(untold), await isKept(running)]).toEqual([true, true, true]);
    // Its month is no longer charged: it can only fail, and give back what it held.
    expect(await stage.tasks.fail(running, FAILED)).toBe(true);
    expect((await stage.points()).held).toBe(0);
  });

  it('goes some at a time, and says whether that was all', async () => {
    const ids = Array.from({ length: 501 }, oldId);
    for (const id of ids) {
      await stage.accepted({ id, heldMicropoints: 1 });
      await stage.tasks.submit(id, ROUTE);
      await stage.tasks.submitted(id, TAKEN);
      await stage.tasks.complete(id, { ...DONE, costMicropoints: 0 });
    }
    await stage.query(`UPDATE task SET ended_at = clock_timestamp() - interval '40 days' WHERE id = ANY ($1)`, [ids]);
    await retireMonths();
    expect(await stage.tasks.forgetRetired()).toBe(false);
    expect(await stage.tasks.forgetRetired()).toBe(true);
    expect(await stage.query('SELECT FROM task WHERE id = ANY ($1)', [ids])).toEqual([]);
  }, 60_000);
});
