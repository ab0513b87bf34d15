import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asApplicationRole, createLogger, Database, SecretBox, SecretsKey, uuidv7 } from '@tokenbay/platform';
import { findLedgerFaults, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { checkLedger, cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import type { TaskDraft, TaskFailure } from '../task-draft.js';
import type { Task } from '../task.js';
import { TasksReader } from '../tasks-reader.js';
import { TasksRepository } from '../tasks.repository.js';
import { TasksService } from '../tasks.service.js';

export const SECRET = 'sk-upstream-obviously-invented';
export const ROUTE = {
  ...{ channelId: '7', keyId: '8', provider: 'openai', baseUrl: 'https://api.example.com/v1', upstreamModel: 'sora' },
  ...{ secret: SECRET, seconds: 8, size: '720x1280', withinMs: 1_000 },
};
export const TAKEN = { upstreamId: 'video_up', attempts: [], pollInMs: 0, withinMs: 60_000 };
export const DONE = {
  result: { kind: 'url', url: 'https://cdn.example.com/v' },
  validMs: null,
  lines: [],
  isEstimated: false,
} as const;
export const FAILED: TaskFailure = {
  ...{ code: 'upstream_failed', message: 'It failed.', costMicropoints: 0, refusedWith: null },
  ...{ event: 'failed', detail: null },
};

export const codeOf = (code: string) => expect.objectContaining({ code }) as Error;
export const digest = (text: string) => createHash('sha256').update(text).digest();

/** Tasks on a database of their own, with a new account of 1,000 micropoints and a key for each test. */
class TaskStage {
  ledger!: TestLedger;
  tasks!: TasksService;
  reader!: TasksReader;
  accountId = '';
  apiKeyId = '';
  private clone!: ClonedDatabase;
  private database!: Database;

  async open(): Promise<void> {
    this.clone = await cloneDatabase();
    this.ledger = await openLedger(this.clone.url);
    const url = asApplicationRole(this.clone.url);
    const logger = createLogger('test', 'silent');
    this.database = new Database({ url, applicationName: 'test', entities: [], logger });
    const repository = new TasksRepository(this.database);
    const box = new SecretBox(SecretsKey.parse(randomBytes(32).toString('base64'))!);
    this.tasks = new TasksService(repository, box);
    this.reader = new TasksReader(repository);
  }

  async begin(): Promise<void> {
    this.accountId = await this.ledger.addAccount(1_000);
    this.apiKeyId = await this.ledger.addKey(this.accountId);
  }

  async findFaults(): Promise<unknown[]> {
    return [...(await findLedgerFaults(this.ledger.database.pool('report'))), ...(await checkLedger(this.clone.url))];
  }

  /** Resolves when so many statements of this database wait for a lock. */
  async untilWaiting(count: number): Promise<void> {
    const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    for (;;) {
      const [row] = await this.query<{ count: number }>(waiting);
      if ((row?.count ?? 0) >= count) return;
      await sleep(5);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.ledger.close(), this.database.stop()]);
    await this.clone.drop();
  }

  query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.ledger.database.tx.query<Row[]>(sql, values);
  }

  draft(changes: Partial<TaskDraft> = {}): TaskDraft {
    const { accountId, apiKeyId } = this;
    return {
      ...{
        id: uuidv7(),
        accountId,
        apiKeyId,
        budgeted: false,
        heldMicropoints: 100,
        model: 'video-1',
        priceVersion: 1,
      },
      ...{ multiplier: '1', priced: { seconds: 8, images: 0, tier: null }, prompt: 'A lighthouse', seconds: 8 },
      ...{ size: null, idempotencyKey: null, requestDigest: digest('a lighthouse'), isRepeated: false },
      ...changes,
    };
  }

  async accepted(changes: Partial<TaskDraft> = {}): Promise<string> {
    const wanted = this.draft(changes);
    expect(await this.tasks.accept(wanted)).toBeNull();
    return wanted.id;
  }

  async running(changes: Partial<TaskDraft> = {}): Promise<string> {
    const id = await this.accepted(changes);
    expect(await this.tasks.submit(id, ROUTE)).toBe(true);
    expect(await this.tasks.submitted(id, TAKEN)).toBe(true);
    return id;
  }

  /** Micropoints of the account: what it may spend, and what is held for it. */
  async points(): Promise<{ available: number; held: number }> {
    const balance = (await this.ledger.points.balances([this.accountId])).get(this.accountId)!;
    return { available: balance.availableMicropoints, held: balance.heldMicropoints };
  }

  /** Takes all connections of a purpose, and answers how to give them back. */
  async occupy(purpose: 'task' | 'report'): Promise<() => void> {
    const pool = this.database.pool(purpose);
    const taken = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    return () => taken.forEach((client) => client.release());
  }

  chargesOf(id: string): Promise<object[]> {
    const columns = 'points, held, uncollected, status, code, outcome, usage_source';
    return this.query<object>(`SELECT ${columns} FROM charge WHERE request_id = $1`, [id]);
  }

  /** Lets a task's time be over. */
  pass(id: string): Promise<unknown[]> {
    return this.query(`UPDATE task SET deadline_at = clock_timestamp() - interval '1 second' WHERE id = $1`, [id]);
  }

  async get(id: string): Promise<Task> {
    return (await this.reader.get(id)).task;
  }
}

/** Gives the tests of a file tasks to work with. After each of them the books must be sound. */
export function useTasks(): TaskStage {
  const stage = new TaskStage();
  beforeAll(() => stage.open(), 60_000);
  beforeEach(() => stage.begin());
  afterEach(async () => expect(await stage.findFaults()).toEqual([]));
  afterAll(() => stage.close());
  return stage;
}
