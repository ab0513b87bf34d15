import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { SecretBox } from '@tokenbay/platform';
import { refusalOf } from './refusal.js';
import type {
  SubmissionIdentity,
  TaskCompletion,
  TaskDraft,
  TaskFailure,
  TaskPoll,
  TaskRoute,
  TaskTaken,
} from './task-draft.js';
import { fromPublicId, OPEN_STATES, type Task, type TaskResult } from './task.js';
import { toTask } from './task-row.js';
import { type AcceptRow, TasksRepository } from './tasks.repository.js';

/** Between the commit of a task and the call of its provider lie milliseconds; who needs longer has died. */
const ACCEPTED_FOR_MS = 60_000;
/** Later than this after its time limit, a call that was made is never heard of again. */
const UNHEARD_MS = 60_000;
/** How long a secret is kept for downloads after its task completed, should channel or key be gone by then. */
const SECRETS_KEPT_MS = 172_800_000;
const SECRETS_AT_ONCE = 1_000;
const RETIRED_AT_ONCE = 500;

/** Leads tasks from one state to the next. Every step says whether it was still allowed: whoever is late changes nothing. */
@Injectable()
export class TasksService {
  constructor(
    private readonly repository: TasksRepository,
    private readonly box: SecretBox,
  ) {}

  /** A task by its own id; null where there is none. */
  async read(id: string): Promise<Task | null> {
    const row = await this.repository.find(id);
    return row && toTask(row);
  }

  /**
   * The task of an account by its public id; null where there is none, where it is another account's, and where its submission was answered
   * with an error, so that its client never heard of it.
   */
  async findOwn(accountId: string, publicId: string): Promise<Task | null> {
    const id = fromPublicId(publicId);
    const row = id === undefined ? null : await this.repository.findShown(id);
    const task = row && toTask(row);
    return task?.accountId === accountId && task.refusedWith === null ? task : null;
  }

  /** What the same submission has become before; null where it is new. Throws `invalid_request` where its key was used for another one. */
  async findEarlier(identity: SubmissionIdentity): Promise<Task | null> {
    if (identity.idempotencyKey === null && !identity.isRepeated) return null;
    const row = await this.repository.findEarlier(identity);
    return row && sameRequest(toTask(row), identity);
  }

  /**
   * Holds the task's points and writes it down, both durably or neither. Answers the earlier task where the same submission has become one
   * already, else null. Throws the refusals of points, `ledger_unavailable`, and `invalid_request` as `findEarlier` does.
   */
  async accept(draft: TaskDraft): Promise<Task | null> {
    const row = await this.tryAccept(draft);
    if (row.outcome === 'refused') throw refusalOf(row, draft);
    if (row.outcome === 'accepted' || row.task_id === null) return null;
    const earlier = await this.read(row.task_id);
    return earlier && sameRequest(earlier, draft);
  }

  /** Undoes a task for which nobody was called; nothing of it is left. False too where somebody may have been told of it: it is over by itself. */
  withdraw(id: string): Promise<boolean> {
    return this.repository.withdraw(id);
  }

  /** From here on the provider may be called, once. False where the task was given up meanwhile: then it must not be. */
  submit(id: string, { secret, ...route }: TaskRoute): Promise<boolean> {
    const sealed = this.box.seal(secret, sealContextOf(id));
    return this.repository.submit(id, { ...route, withinMs: route.withinMs + UNHEARD_MS }, sealed);
  }

  /** The provider has taken it. False where the task was given up meanwhile. */
  submitted(id: string, taken: TaskTaken): Promise<boolean> {
    return this.repository.submitted(id, taken);
  }

  /** Ends a running task well and charges it, in one transaction. False where it had ended before. */
  complete(id: string, completion: TaskCompletion): Promise<boolean> {
    return this.repository.complete(id, completion);
  }

  /** Ends a running task badly and gives its points back. False where it had ended before. */
  fail(id: string, failure: TaskFailure): Promise<boolean> {
    return this.repository.fail(id, ['queued', 'in_progress'], failure);
  }

  /**
   * Ends a task whose submission failed. False where it is not being submitted any more. Where somebody who sent the same may have been told
   * of it, it is a task that failed, not one that was refused.
   */
  failSubmission(id: string, failure: TaskFailure): Promise<boolean> {
    return this.repository.fail(id, ['submitting'], failure);
  }

  /** Ends a task whatever it does: an administrator wants it. Throws `not_found`, and `conflict` where it is over. */
  async cancel(id: string, reason: string): Promise<Task> {
    const cancelled = await this.repository.fail(id, OPEN_STATES, {
      ...{ code: 'cancelled', message: 'The task was cancelled.', costMicropoints: null, refusedWith: null },
      ...{ event: 'cancelled', detail: reason },
    });
    const task = await this.read(id);
    if (!task) throw new DomainError('not_found', 'task');
    if (!cancelled) throw new DomainError('conflict', 'the task is over', { message: 'The task is over.' });
    return task;
  }

  /** Takes tasks that are due to be asked about; nobody else is given them for so long. */
  async leasePolls(limit: number, leaseMs: number): Promise<Task[]> {
    return (await this.repository.leasePolls(limit, leaseMs)).map(toTask);
  }

  /** Notes what a poll told of a task that goes on. False where it has ended, or another poll of it has begun. */
  notePoll({ id, polls }: Task, poll: TaskPoll): Promise<boolean> {
    return this.repository.notePoll(id, polls, poll);
  }

  /** Notes where the video of a completed task is now. */
  renewResult(id: string, result: TaskResult, validMs: number | null): Promise<boolean> {
    return this.repository.renewResult(id, result, validMs);
  }

  /** Ends one task whose time is over and answers its id; null where there is none. */
  expireNext(): Promise<string | null> {
    return this.repository.expireNext();
  }

  /** Erases secrets that nobody needs any more. */
  forgetSecrets(): Promise<void> {
    return this.repository.forgetSecrets(SECRETS_KEPT_MS, SECRETS_AT_ONCE);
  }

  /**
   * Deletes some of the tasks that ended long ago and whose month of the usage log was given up: all of them where it answers true. Where
   * usage is kept for ever, so are tasks.
   */
  async forgetRetired(): Promise<boolean> {
    return (await this.repository.retire(RETIRED_AT_ONCE)) < RETIRED_AT_ONCE;
  }

  /** The secret that a task was submitted with; null where it was erased. Throws `channel_key_unavailable` where it does not open. */
  openSecret({ id, sealedSecret }: Task): string | null {
    if (sealedSecret === null) return null;
    try {
      return this.box.open(sealedSecret, sealContextOf(id));
    } catch (cause) {
      throw new DomainError('channel_key_unavailable', `the secret of task ${id} does not open`, { cause });
    }
  }

  /** Where the answer is missing the task may stand all the same; nobody is called for it, so it can be undone. */
  private async tryAccept(draft: TaskDraft): Promise<AcceptRow> {
    try {
      return await this.repository.accept(draft, ACCEPTED_FOR_MS);
    } catch (error) {
      this.repository.withdraw(draft.id).catch(() => undefined);
      throw error;
    }
  }
}

function sameRequest(task: Task, { requestDigest }: SubmissionIdentity): Task {
  if (task.requestDigest.equals(requestDigest)) return task;
  const message = 'This Idempotency-Key was used for another request within the last 24 hours.';
  throw new DomainError('invalid_request', 'idempotency key', { message });
}

function sealContextOf(id: string): string {
  return `task.secret:${id}`;
}
