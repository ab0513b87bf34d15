/** What accounts are told of, by the names that OpenAI's webhooks use. */
export const WEBHOOK_TYPES = ['video.completed', 'video.failed'] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** `failed`: given up. */
export const WEBHOOK_STATES = ['pending', 'delivered', 'failed'] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** Something an account is told of, once it has arrived or was given up for ever. */
export interface WebhookDelivery {
  readonly id: string;
  /** `evt_…`: the same in every attempt, by which a receiver knows what it has seen before. */
  readonly eventId: string;
  readonly accountId: string;
  readonly taskId: string;
  readonly type: WebhookType;
  readonly state: WebhookState;
  /** How often it was tried, the running attempt included. */
  readonly attempts: number;
  /** When it is tried again at the latest; null once it is over. */
  readonly attemptAt: Date | null;
  /** The HTTP status of the last attempt; null where there was none. */
  readonly lastStatus: number | null;
  /** What was wrong with the last attempt; null where nothing was. */
  readonly lastProblem: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** A delivery that this process is to attempt now, and nobody else until the lease is over. */
export interface DueWebhook extends WebhookDelivery {
  /** Where to; null where the account has no URL any more. */
  readonly endpoint: WebhookEndpoint | null;
}

/** Where an account is told, and what signs it. */
interface WebhookEndpoint {
  readonly url: string;
  /** The secret, and after it those that it replaced within the last day, youngest first. */
  readonly secrets: readonly [string, ...string[]];
}

/** What came of an attempt. */
export interface WebhookAttempt {
  /** Null where there was no answer. */
  readonly status: number | null;
  /** Null where the receiver took it. */
  readonly problem: string | null;
}
