import { Inject, Injectable } from '@nestjs/common';
import { describeError, GatewayJobs, LOGGER, type Logger } from '@tokenbay/platform';
import { type CancelledTask, type Task, TASK_CANCELLED, TasksService } from '@tokenbay/tasks';

/** Ends tasks for administrators. */
@Injectable()
export class TaskCanceller {
  constructor(
    private readonly tasks: TasksService,
    private readonly jobs: GatewayJobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Ends a task as failed, whatever it does, and has one gateway count what it may have cost. Throws `not_found`, and `conflict` where it
   * is over.
   */
  async cancel(id: string, reason: string): Promise<Task> {
    const task = await this.tasks.cancel(id, reason);
    const told: CancelledTask = { uncollectedMicropoints: task.uncollectedMicropoints ?? 0 };
    await this.jobs.tell(TASK_CANCELLED, told).catch((error: unknown) => {
      this.logger.warn({ taskId: id, cause: describeError(error) }, 'no gateway counts what a cancelled task may cost');
    });
    return task;
  }
}
