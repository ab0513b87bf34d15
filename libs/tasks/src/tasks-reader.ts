import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { cursorRefusal, type Page, type PageRequest, toPage } from '@tokenbay/platform';
import { fromPublicId, type Task, type TaskEvent, type TaskState } from './task.js';
import { toTask } from './task-row.js';
import { TasksRepository } from './tasks.repository.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Events of one task that are shown. */
const EVENTS_MAX = 1_000;

/** Which tasks: all conditions given must hold. */
export interface TaskFilter {
  readonly accountId?: string;
  readonly apiKeyId?: string;
  readonly model?: string;
  readonly state?: TaskState;
}

/** A client's page of its own tasks. */
export interface OwnPageRequest {
  readonly limit: number;
  /** The public id of the last task of the page before. */
  readonly after: string | undefined;
  readonly isAscending: boolean;
}

/** A submission becomes a task for its client when it is answered with one: not before its provider took it, and never with an error. */
const KNOWN = `refused_with IS NULL AND state NOT IN ('accepted', 'submitting')`;

/** Shows tasks, to clients and administrators, from the database alone. */
@Injectable()
export class TasksReader {
  constructor(private readonly repository: TasksRepository) {}

  /** An account's tasks that its clients know of. Throws `invalid_request` for an `after` that is no id of a task. */
  async listOwn(accountId: string, page: OwnPageRequest): Promise<{ tasks: Task[]; hasMore: boolean }> {
    const { limit, after, isAscending } = page;
    const afterId = after === undefined ? null : fromPublicId(after);
    if (afterId === undefined)
      throw new DomainError('invalid_request', 'after', {
        message: 'after must be the id of a video.',
        param: 'after',
      });
    const condition = `account_id = $1 AND ${KNOWN} AND ($2::uuid IS NULL OR id ${isAscending ? '>' : '<'} $2)`;
    const rows = await this.repository.list(condition, [accountId, afterId], { isAscending, limit: limit + 1 });
    return { tasks: rows.slice(0, limit).map(toTask), hasMore: rows.length > limit };
  }

  /** Tasks newest first, for administrators. */
  async list(filter: TaskFilter, { limit, cursor }: PageRequest): Promise<Page<Task>> {
    const { accountId, apiKeyId, model, state } = filter;
    const values = [accountId, apiKeyId, model, state, cursor === undefined ? undefined : readCursor(cursor)];
    const condition = ['account_id = ', 'api_key_id = ', 'model = ', 'state = ', 'id < ']
      .flatMap((test, index) => (values[index] === undefined ? [] : [test]))
      .map((test, index) => `${test}$${index + 1}`);
    const given = values.filter((value) => value !== undefined);
    const rows = await this.repository.list(['true', ...condition].join(' AND '), given, {
      ...{ isAscending: false, limit: limit + 1 },
    });
    const { rows: page, nextCursor } = toPage(rows, limit, ({ id }) => id);
    return { rows: page.map(toTask), nextCursor };
  }

  /** One task with what happened to it, by its own id or its public one. Throws `not_found`. */
  async get(anyId: string): Promise<{ task: Task; events: TaskEvent[] }> {
    const id = toTaskId(anyId);
    const row = await this.repository.findShown(id);
    if (!row) throw new DomainError('not_found', 'task');
    return { task: toTask(row), events: await this.repository.listEvents(id, EVENTS_MAX) };
  }

  /** Open tasks by state, and how many of each nothing sensible was heard of for so long. */
  countOpen(silentMs: number): Promise<{ state: TaskState; tasks: number; silent: number }[]> {
    return this.repository.countOpen(silentMs);
  }
}

/** A task's own id from either of its ids. Throws `not_found` where it is none. */
export function toTaskId(anyId: string): string {
  const id = fromPublicId(anyId) ?? anyId;
  if (!UUID.test(id)) throw new DomainError('not_found', 'task');
  return id;
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!UUID.test(id)) throw cursorRefusal();
  return id;
}
