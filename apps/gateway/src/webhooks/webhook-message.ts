import type { Task } from '@tokenbay/tasks';
import { type DueWebhook, signWebhook, type WebhookDelivery } from '@tokenbay/webhooks';
import { toVideoResponse, type VideoResponse } from '../surfaces/videos/video.response.js';

/** What a receiver is told, in the shape of OpenAI's webhooks; `data` is what `GET /v1/videos/{id}` answers. */
interface WebhookMessage {
  readonly object: 'event';
  readonly id: string;
  readonly type: WebhookDelivery['type'];
  /** Unix seconds. */
  readonly created_at: number;
  readonly data: VideoResponse;
}

/** A message ready to be sent, signed for this moment. */
export interface SignedMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Writes and signs the message of one attempt. Its id and time of creation are the same in every attempt. */
export function writeMessage(
  due: DueWebhook,
  task: Task,
  at: { secrets: readonly string[]; nowMs: number },
): SignedMessage {
  const message: WebhookMessage = {
    ...{ object: 'event', id: due.eventId, type: due.type, created_at: Math.floor(due.createdAt.getTime() / 1000) },
    data: toVideoResponse(task),
  };
  const body = JSON.stringify(message);
  const timestamp = Math.floor(at.nowMs / 1000);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': due.eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook(at.secrets, { id: due.eventId, timestamp, body }),
    },
  };
}
