export { type CancelledTask, TASK_CANCELLED } from './cancelled-task.js';
export type {
  SubmissionIdentity,
  TaskCompletion,
  TaskDraft,
  TaskFailure,
  TaskPoll,
  TaskRoute,
  TaskTaken,
} from './task-draft.js';
export {
  OPEN_STATES,
  TASK_STATES,
  type Task,
  type TaskAttempt,
  type TaskEvent,
  type TaskQuantities,
  type TaskResult,
  type TaskState,
  toPublicId,
} from './task.js';
export { type OwnPageRequest, type TaskFilter, TasksReader, toTaskId } from './tasks-reader.js';
export { TasksModule } from './tasks.module.js';
export { UNTOLD_MS } from './tasks.repository.js';
export { TasksService } from './tasks.service.js';
