import { ApiProperty } from '@nestjs/swagger';
import type { Task, TaskEvent } from '@tokenbay/tasks';
import { TaskResponse, toTaskResponse } from './task.response.js';

/** The try at a channel. */
export class TaskAttemptResponse {
  @ApiProperty({ description: 'The channel that was tried.', example: '5' })
  channelId!: string;

  @ApiProperty({ description: 'The key it was tried with.', example: '8' })
  keyId!: string;

  @ApiProperty({ description: 'The HTTP status the upstream answered. Null: none.', type: Number, nullable: true })
  status!: number | null;

  @ApiProperty({ description: 'How long it took, in milliseconds.' })
  ms!: number;

  @ApiProperty({ description: 'Why it failed. Null: it did not.', type: String, nullable: true })
  reason!: string | null;
}

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
  @ApiProperty({ description: 'The one try at a channel; none where nobody was called.', type: [TaskAttemptResponse] })
  attempts!: TaskAttemptResponse[];

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
  const toAttempt = ({ channelId, keyId, status, ms, reason }: TaskAttemptResponse): TaskAttemptResponse => ({
    ...{ channelId, keyId, status, ms, reason },
  });
  return {
    ...toTaskResponse(task),
    attempts: task.attempts.map(toAttempt),
    timeline: events.map(({ at, event, detail }) => ({ at: at.toISOString(), event, detail })),
  };
}
