import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { type Task, TasksService } from '@tokenbay/tasks';
import { RequestMetrics } from '../health/request-metrics.js';
import { TaskPolls } from './task-polls.js';
import { ASK_MS_MAX } from './task-providers.js';

/** Polls that one process has under way at most. */
const POLLS_MAX = 64;
/** A poll and its bookings take no longer: a task whose poll went down with its process is asked about again after this. */
const LEASE_MS = ASK_MS_MAX + 20_000;
const TICK_MS = 500;
/** While the database is away. */
const AWAY_MS = 3_000;
const EXPIRE_EVERY_MS = 3_000;
const FORGET_EVERY_MS = 600_000;
const FORGET_MORE_MS = 1_000;
/** How long polls that are under way may still take when the process stops; what they would have told another poll will. */
const STOP_MS = 5_000;

/**
 * Asks providers how tasks are, ends those whose time is over, and erases secrets and tasks that nobody needs any more. Any number of processes do
 * so: each task is leased to one of them at a time.
 */
@Injectable()
export class TaskPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly running = new Set<Promise<void>>();
  private readonly stopped = new AbortController();
  private expiredAtMs = -Infinity;
  private forgottenAtMs = performance.now();

  constructor(
    private readonly tasks: TasksService,
    private readonly polls: TaskPolls,
    private readonly metrics: RequestMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.work();
  }

  /** Takes no further task; those under way are given a moment. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await Promise.race([Promise.all(this.running), pause(STOP_MS, undefined, { ref: false })]);
  }

  private async work(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const waitMs = await this.round().catch((error: unknown) => this.noteAway(error));
      // Several processes that were started together shall not ask together.
      await pause(waitMs * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One round of all that is due; answers when to look again. */
  private async round(): Promise<number> {
    await this.keepHouse().catch((error: unknown) => this.noteAway(error));
    const room = POLLS_MAX - this.running.size;
    if (room <= 0) return TICK_MS;
    const due = await this.tasks.leasePolls(room, LEASE_MS);
    for (const task of due) this.start(task);
    return due.length === room ? 0 : TICK_MS;
  }

  private start(task: Task): void {
    const poll = this.polls
      .poll(task)
      .catch((error: unknown) =>
        this.logger.warn({ taskId: task.id, cause: describeError(error) }, 'a task could not be asked about'),
      )
      .finally(() => this.running.delete(poll));
    this.running.add(poll);
  }

  private async keepHouse(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.expiredAtMs >= EXPIRE_EVERY_MS) {
      this.expiredAtMs = nowMs;
      for (let id = await this.tasks.expireNext(); id !== null; id = await this.tasks.expireNext())
        await this.noteExpired(id);
    }
    if (nowMs - this.forgottenAtMs < FORGET_EVERY_MS) return;
    this.forgottenAtMs = nowMs;
    await this.tasks.forgetSecrets();
    // What is left of a month that was given up goes bit by bit, between the polls.
    if (!(await this.tasks.forgetRetired())) this.forgottenAtMs = nowMs - FORGET_EVERY_MS + FORGET_MORE_MS;
  }

  private async noteExpired(id: string): Promise<void> {
    this.logger.warn({ taskId: id }, 'a task was not over in time, and was ended');
    const task = await this.tasks.read(id);
    this.metrics.countCharge(task?.chargedMicropoints ?? 0, task?.uncollectedMicropoints ?? 0);
  }

  private noteAway(error: unknown): number {
    if (!this.stopped.signal.aborted)
      this.logger.warn({ cause: describeError(error) }, 'tasks could not be looked after');
    return AWAY_MS;
  }
}
