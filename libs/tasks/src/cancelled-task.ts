/** The kind of job by which one gateway is told of a task that an administrator has ended. */
export const TASK_CANCELLED = 'task_cancelled';

/** What it is told. */
export interface CancelledTask {
  /** What the task may have cost at its provider, which nobody pays. */
  readonly uncollectedMicropoints: number;
}
