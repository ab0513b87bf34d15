import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';
import { runStatement } from './run-statement.js';
import type {
  SubmissionIdentity,
  TaskCompletion,
  TaskDraft,
  TaskFailure,
  TaskPoll,
  TaskRoute,
  TaskTaken,
} from './task-draft.js';
import type { TaskEvent, TaskResult, TaskState } from './task.js';
import type { TaskRow } from './task-row.js';

/** What `task_accept` answers; what each limit leaves is null where there is none. */
export interface AcceptRow {
  readonly outcome: 'accepted' | 'existing' | 'refused';
  readonly task_id: string | null;
  readonly account_left: string | null;
  readonly quota_left: string | null;
  readonly period_left: string | null;
  readonly retry_after_seconds: number | null;
}

const FIND = 'SELECT * FROM task WHERE id = $1';
const MS = `interval '1 millisecond'`;
const ACCEPT = `SELECT outcome, task_id, account_left, quota_left, period_left, retry_after_seconds
  FROM task_accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::float8 * ${MS})`;
/**
 * So long after its acceptance a submission can be answered as if there had never been a task. Whoever sends the same meanwhile is told of
 * no task that is younger.
 */
export const UNTOLD_MS = 25_000;
const IS_UNTOLD = `EXISTS (SELECT FROM task WHERE id = $1 AND created_at > clock_timestamp() - ${UNTOLD_MS} * ${MS})`;
const END = `SELECT task_end($1, $2, $3, $4, $5, $6, $7, $8::float8 * ${MS}, $9, $10, CASE WHEN ${IS_UNTOLD} THEN $11::smallint END, $12, $13, $14) AS done`;
const WITHDRAW = `SELECT CASE WHEN ${IS_UNTOLD} THEN task_withdraw($1) ELSE false END AS done`;

/** The sentences of tasks. What changes one is a function of the database, and answers false where it came too late. */
@Injectable()
export class TasksRepository {
  constructor(private readonly database: Database) {}

  /** One task for whoever leads it on, or null. */
  async find(id: string): Promise<TaskRow | null> {
    return (await this.run<TaskRow>(FIND, [id]))[0] ?? null;
  }

  /** One task for whoever looks at it, or null. */
  async findShown(id: string): Promise<TaskRow | null> {
    return (await this.show<TaskRow>(FIND, [id]))[0] ?? null;
  }

  /** The task that the same submission has become before, or null. */
  async findEarlier(identity: SubmissionIdentity): Promise<TaskRow | null> {
    const { apiKeyId, idempotencyKey, requestDigest, isRepeated } = identity;
    const rows = await this.run<TaskRow>('SELECT * FROM task WHERE id = task_find_earlier($1, $2, $3, $4)', [
      ...[apiKeyId, idempotencyKey, requestDigest, isRepeated],
    ]);
    return rows[0] ?? null;
  }

  /** Holds a task's points and writes it. */
  async accept(draft: TaskDraft, withinMs: number): Promise<AcceptRow> {
    const { id, accountId, apiKeyId, budgeted, heldMicropoints, model, priceVersion, multiplier } = draft;
    const { priced, prompt, seconds, size, idempotencyKey, requestDigest, isRepeated } = draft;
    const [row] = await this.run<AcceptRow>(ACCEPT, [
      ...[id, accountId, apiKeyId, budgeted, heldMicropoints, model, priceVersion, multiplier],
      ...[JSON.stringify(priced), prompt, seconds, size, idempotencyKey, requestDigest, isRepeated, withinMs],
    ]);
    if (!row) throw new Error('task_accept answered nothing');
    return row;
  }

  /** Undoes a task for which nobody was called, and of which nobody was told. */
  withdraw(id: string): Promise<boolean> {
    return this.decide(WITHDRAW, [id]);
  }

  /** Allows the provider to be called, once. */
  submit(id: string, route: Omit<TaskRoute, 'secret'>, sealedSecret: Buffer): Promise<boolean> {
    const { channelId, keyId, provider, baseUrl, upstreamModel, seconds, size, withinMs } = route;
    return this.decide(`SELECT task_submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::float8 * ${MS}) AS done`, [
      ...[id, channelId, keyId, provider, baseUrl, upstreamModel, sealedSecret, seconds, size, withinMs],
    ]);
  }

  /** Notes that the provider has it. */
  submitted(id: string, { upstreamId, attempts, pollInMs, withinMs }: TaskTaken): Promise<boolean> {
    return this.decide(`SELECT task_submitted($1, $2, $3, $4::float8 * ${MS}, $5::float8 * ${MS}) AS done`, [
      ...[id, upstreamId, JSON.stringify(attempts), pollInMs, withinMs],
    ]);
  }

  /** Ends a running task well, with its charge. */
  complete(id: string, { result, validMs, costMicropoints, lines, isEstimated }: TaskCompletion): Promise<boolean> {
    return this.decide(END, [
      ...[id, ['queued', 'in_progress'], 'completed', costMicropoints, JSON.stringify(lines), isEstimated],
      ...[JSON.stringify(result), validMs, null, null, null, null, 'completed', null],
    ]);
  }

  /** Ends a task that is in one of these states badly; its points go back. It is hidden as refused only while nobody was told of it. */
  fail(id: string, from: readonly TaskState[], failure: TaskFailure): Promise<boolean> {
    const { code, message, costMicropoints, refusedWith, attempts, event, detail } = failure;
    return this.decide(END, [
      ...[id, from, 'failed', costMicropoints, null, costMicropoints === null, null, null, code, message, refusedWith],
      ...[attempts ? JSON.stringify(attempts) : null, event, detail],
    ]);
  }

  /** Ends the task whose time was over first; null where there is none. */
  async expireNext(): Promise<string | null> {
    return (await this.run<{ id: string | null }>('SELECT task_expire_next() AS id', []))[0]?.id ?? null;
  }

  /** Takes tasks that are due to be asked about. */
  leasePolls(limit: number, leaseMs: number): Promise<TaskRow[]> {
    return this.run<TaskRow>(`SELECT * FROM task_lease_polls($1, $2::float8 * ${MS})`, [limit, leaseMs]);
  }

  /** Notes what the poll of this number told. */
  notePoll(id: string, polls: number, { state, progress, problem, pollInMs }: TaskPoll): Promise<boolean> {
    return this.decide(`SELECT task_note_poll($1, $2, $3, $4, $5, $6::float8 * ${MS}) AS done`, [
      ...[id, polls, state, progress, problem, pollInMs],
    ]);
  }

  /** Notes where the video is now. */
  renewResult(id: string, result: TaskResult, validMs: number | null): Promise<boolean> {
    return this.decide(`SELECT task_renew_result($1, $2, $3::float8 * ${MS}) AS done`, [
      ...[id, JSON.stringify(result), validMs],
    ]);
  }

  /** Erases secrets of tasks that ended so long ago. */
  async forgetSecrets(afterMs: number, limit: number): Promise<void> {
    await this.run(`SELECT task_forget_secrets($1::float8 * ${MS}, $2)`, [afterMs, limit]);
  }

  /** Deletes tasks whose charge is in a month that was given up; answers how many. */
  async retire(limit: number): Promise<number> {
    return (await this.run<{ count: number }>('SELECT task_retire($1) AS count', [limit]))[0]?.count ?? 0;
  }

  /** What happened to a task, oldest first. */
  listEvents(id: string, limit: number): Promise<TaskEvent[]> {
    return this.show<TaskEvent>('SELECT at, event, detail FROM task_event WHERE task_id = $1 ORDER BY id LIMIT $2', [
      ...[id, limit],
    ]);
  }

  /** Rows that match a condition, in the order of their ids. */
  list(
    condition: string,
    values: readonly unknown[],
    order: { readonly isAscending: boolean; readonly limit: number },
  ) {
    const direction = order.isAscending ? 'ASC' : 'DESC';
    const text = `SELECT * FROM task WHERE ${condition} ORDER BY id ${direction} LIMIT ${order.limit}`;
    return this.show<TaskRow>(text, values);
  }

  /** Tasks that are not over, by state; and how many of them nothing sensible was heard of for so long. */
  countOpen(silentMs: number): Promise<{ state: TaskState; tasks: number; silent: number }[]> {
    return this.run(
      `SELECT state, count(*)::integer AS tasks, (count(*) FILTER (WHERE heard_at < clock_timestamp() - $1::float8 * ${MS}))::integer AS silent
       FROM task WHERE ended_at IS NULL GROUP BY state`,
      [silentMs],
    );
  }

  private async decide(text: string, values: readonly unknown[]): Promise<boolean> {
    return (await this.run<{ done: boolean }>(text, values))[0]?.done ?? false;
  }

  private run<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return runStatement<Row>(this.database.pool('task'), text, values);
  }

  /** Beside the tasks' own connections: however many look, nobody who submits or polls waits for them. */
  private show<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return runStatement<Row>(this.database.pool('report'), text, values);
  }
}
