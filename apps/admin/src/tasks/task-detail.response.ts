import { ApiProperty } from '@nestjs/swagger';
import type { Task, TaskEvent } from '@tokenbay/tasks';
import { AttemptResponse, toAttemptResponse } from '../usage/attempt.response.js';
import { TaskResponse, toTaskResponse } from './task.response.js';

/** Something that happened to a task. */
export class TaskEventResponse {
  @ApiProperty({ description: 'When.', format: 'date-time' })
  at!: string;

  @ApiProperty({ description: 'What: a state that was reached, or what was odd.', example: 'queued' })
  event!: string;

  @ApiProperty({ description: 'What else is known of it. Null: nothing.', type: String, nullable: true })
  detail!: string | null;
}

/** A task with all that happened to it. */
export class TaskDetailResponse extends TaskResponse {
  @ApiProperty({ description: 'The one try at a channel; none where nobody was called.', type: [AttemptResponse] })
  attempts!: AttemptResponse[];

  @ApiProperty({ description: 'What happened to it, oldest first.', type: [TaskEventResponse] })
  timeline!: TaskEventResponse[];
}

/** Renders a task with its timeline. */
export function toTaskDetailResponse({
  task,
  events,
}: {
  task: Task;
  events: readonly TaskEvent[];
}): TaskDetailResponse {
  return {
    ...toTaskResponse(task),
    attempts: task.attempts.map(toAttemptResponse),
    timeline: events.map(({ at, event, detail }) => ({ at: at.toISOString(), event, detail })),
  };
}
