import { ApiProperty } from '@nestjs/swagger';
import { toPublicId } from '@tokenbay/tasks';
import {
  WEBHOOK_STATES,
  WEBHOOK_TYPES,
  type WebhookDelivery,
  type WebhookState,
  type WebhookType,
} from '@tokenbay/webhooks';

/** Something an account is, or was, told of. */
export class WebhookDeliveryResponse {
  @ApiProperty({ description: 'The id of the delivery.', example: '17' })
  id!: string;

  @ApiProperty({
    description: 'What the receiver sees as `webhook-id`, the same in every attempt.',
    example: 'evt_0d9f3b1c5a2e4f60',
  })
  eventId!: string;

  @ApiProperty({ description: 'The task that is over, by its public id.', example: 'video_019a' })
  taskId!: string;

  @ApiProperty({ description: 'What it tells.', enum: WEBHOOK_TYPES })
  type!: WebhookType;

  @ApiProperty({ description: 'Failed: given up, a day after the first attempt.', enum: WEBHOOK_STATES })
  state!: WebhookState;

  @ApiProperty({ description: 'How often it was tried.', example: 1 })
  attempts!: number;

  @ApiProperty({
    description: 'When it is tried again; while it is being tried, when that is taken for lost. Null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextAttemptAt!: string | null;

  @ApiProperty({
    description: 'The HTTP status of the last attempt. Null: there was none.',
    type: Number,
    nullable: true,
    example: 200,
  })
  lastStatus!: number | null;

  @ApiProperty({
    description: 'What was wrong with the last attempt. Null: nothing.',
    type: String,
    nullable: true,
    example: 'answered 500',
  })
  lastProblem!: string | null;

  @ApiProperty({ description: 'When the task was over.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    description: 'When it arrived or was given up. Null: it is still tried.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  endedAt!: string | null;
}

/** Renders a delivery. */
export function toWebhookDeliveryResponse(delivery: WebhookDelivery): WebhookDeliveryResponse {
  return {
    id: delivery.id,
    eventId: delivery.eventId,
    taskId: toPublicId(delivery.taskId),
    type: delivery.type,
    state: delivery.state,
    attempts: delivery.attempts,
    nextAttemptAt: delivery.attemptAt?.toISOString() ?? null,
    lastStatus: delivery.lastStatus,
    lastProblem: delivery.lastProblem,
    createdAt: delivery.createdAt.toISOString(),
    endedAt: delivery.endedAt?.toISOString() ?? null,
  };
}
