import { ApiProperty } from '@nestjs/swagger';
import { formatPoints } from '@tokenbay/protocol';
import { type Task, TASK_STATES, type TaskState, toPublicId } from '@tokenbay/tasks';

const Instant = (description: string): PropertyDecorator => ApiProperty({ description, format: 'date-time' });
const MaybeInstant = (description: string): PropertyDecorator =>
  ApiProperty({ description, format: 'date-time', type: String, nullable: true });
const MaybeText = (description: string, example?: string): PropertyDecorator =>
  ApiProperty({ description, type: String, nullable: true, ...(example !== undefined && { example }) });

/** One asynchronous task: a video. Amounts are decimal strings of points, times RFC 3339 in UTC. */
export class TaskResponse {
  @ApiProperty({ description: 'The id its client knows it by.', example: 'video_019bf3d2c5a07c3e8f5a1b2c3d4e5f60' })
  id!: string;

  @ApiProperty({ description: 'The request it was submitted with; its receipt has this id.', format: 'uuid' })
  requestId!: string;

  @ApiProperty({ description: 'Whose task.', example: '3' })
  accountId!: string;

  @ApiProperty({ description: 'The key it was submitted with.', example: '17' })
  apiKeyId!: string;

  @ApiProperty({ description: 'The model asked for, by its public name.', example: 'sora-2' })
  model!: string;

  @ApiProperty({
    description:
      '`accepted`: its points are held · `submitting`: its provider is being called · `queued`, `in_progress`: its provider has it · `completed`, `failed`: over.',
    enum: TASK_STATES,
  })
  state!: TaskState;

  @ApiProperty({ description: 'Percent, as far as its provider says.', example: 40 })
  progress!: number;

  @ApiProperty({ description: 'Seconds of video. Null: not known yet.', type: Number, nullable: true, example: 8 })
  seconds!: number | null;

  @MaybeText('Size of the picture. Null: the provider decides.', '1280x720')
  size!: string | null;

  @MaybeText('The channel it was submitted to, which may be gone. Null: none yet.', '5')
  channelId!: string | null;

  @MaybeText('The key of the channel. Null: none yet.', '8')
  keyId!: string | null;

  @MaybeText("The provider's own id. Null: none is known.")
  upstreamId!: string | null;

  @ApiProperty({ description: 'Points that were held for it.', example: '4' })
  heldPoints!: string;

  @MaybeText('Points it was charged. Null: it is not over.', '4')
  chargePoints!: string | null;

  @MaybeText("Points it cost, or may have cost, beyond its charge: the platform's loss. Null: it is not over.", '0')
  uncollectedPoints!: string | null;

  @ApiProperty({ description: "The version of the model's prices it is charged by.", example: 1 })
  priceVersion!: number;

  @MaybeText('Why it failed, as its client is told.', 'upstream_failed')
  errorCode!: string | null;

  @MaybeText('The same in words.')
  errorMessage!: string | null;

  @ApiProperty({
    description: 'The HTTP status of the error that answered its submission. Null: its client knows the task.',
    type: Number,
    nullable: true,
  })
  refusedWith!: number | null;

  @ApiProperty({ description: 'How often its provider was asked about it.' })
  polls!: number;

  @MaybeText('What was wrong with the last answer. Null: nothing.', 'server 502')
  pollProblem!: string | null;

  @MaybeInstant('When its provider is asked next. Null: not at all.')
  nextPollAt!: string | null;

  @Instant('When its provider last said something sensible.')
  heardAt!: string;

  @Instant('By when its state must have been left; it is failed then.')
  deadlineAt!: string;

  @Instant('When it was accepted.')
  createdAt!: string;

  @MaybeInstant('When its provider was called. Null: never.')
  submittedAt!: string | null;

  @MaybeInstant('When it was over. Null: it is not.')
  endedAt!: string | null;

  @MaybeInstant('Until when the video is promised to be there. Null: nobody knows.')
  expiresAt!: string | null;
}

/** Renders a task. Neither its prompt nor the address of its result is shown. */
export function toTaskResponse(task: Task): TaskResponse {
  const { accountId, apiKeyId, model, state, progress, seconds, size, channelId, keyId, upstreamId } = task;
  const { priceVersion, errorCode, errorMessage, refusedWith, polls, pollProblem } = task;
  return {
    ...{ id: toPublicId(task.id), requestId: task.id, accountId, apiKeyId, model, state, progress, seconds, size },
    ...{ channelId, keyId, upstreamId },
    heldPoints: formatPoints(task.heldMicropoints),
    chargePoints: pointsOrNull(task.chargedMicropoints),
    uncollectedPoints: pointsOrNull(task.uncollectedMicropoints),
    ...{ priceVersion, errorCode, errorMessage, refusedWith, polls, pollProblem },
    nextPollAt: instantOrNull(task.pollAt),
    heardAt: task.heardAt.toISOString(),
    deadlineAt: task.deadlineAt.toISOString(),
    createdAt: task.createdAt.toISOString(),
    submittedAt: instantOrNull(task.submittedAt),
    endedAt: instantOrNull(task.endedAt),
    expiresAt: instantOrNull(task.expiresAt),
  };
}

function pointsOrNull(micropoints: number | null): string | null {
  return micropoints === null ? null : formatPoints(micropoints);
}

function instantOrNull(at: Date | null): string | null {
  return at && at.toISOString();
}
