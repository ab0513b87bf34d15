import type { TaskAttempt, TaskQuantities, TaskResult } from './task.js';

/** What makes two submissions the same one. */
export interface SubmissionIdentity {
  readonly apiKeyId: string;
  /** The client's `Idempotency-Key`; null where it sent none. */
  readonly idempotencyKey: string | null;
  /** SHA-256 of every field and file. */
  readonly requestDigest: Buffer;
  /** True where the client says that it repeats a request, without a key. */
  readonly isRepeated: boolean;
}

/** A task that is to be accepted. */
export interface TaskDraft extends SubmissionIdentity {
  /** The request's id. */
  readonly id: string;
  readonly accountId: string;
  /** Whether the key has a quota or periodic limits. */
  readonly budgeted: boolean;
  /** Its worst case in micropoints: held whole, or it is refused. */
  readonly heldMicropoints: number;
  readonly model: string;
  readonly priceVersion: number;
  readonly multiplier: string;
  readonly priced: TaskQuantities;
  readonly prompt: string | null;
  readonly seconds: number | null;
  readonly size: string | null;
}

/** Where a task is submitted, with which secret; kept until it is over. */
export interface TaskRoute {
  readonly channelId: string;
  readonly keyId: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly upstreamModel: string;
  readonly secret: string;
  /** What will be generated, where the provider says so before it is asked. */
  readonly seconds: number | null;
  readonly size: string | null;
  /** How long the call may take; when it is over and nothing was heard, the task is given up. */
  readonly withinMs: number;
}

/** What the provider answered to a submission that it took. */
export interface TaskTaken {
  readonly upstreamId: string;
  readonly attempts: readonly TaskAttempt[];
  /** When to ask for the first time. */
  readonly pollInMs: number;
  /** How long the task may run from its submission on. */
  readonly withinMs: number;
}

/** A line of a receipt. */
interface TaskLine {
  readonly kind: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly points: string;
}

/** How a task completed, and what it cost at the prices of its admission. */
export interface TaskCompletion {
  readonly result: TaskResult;
  /** How long the result is promised to be there; null where nobody knows. */
  readonly validMs: number | null;
  readonly costMicropoints: number;
  readonly lines: readonly TaskLine[];
  /** True where the provider did not say how long the video became. */
  readonly isEstimated: boolean;
}

/** How a task failed. */
export interface TaskFailure {
  /** What its client is told; the code of a submission that was refused is one of the catalogue. */
  readonly code: string;
  readonly message: string;
  /** What it cost the platform; null where it may have cost everything that was held. */
  readonly costMicropoints: number | null;
  /** The HTTP status of the error that answers its submission; null once its client knows of the task. */
  readonly refusedWith: number | null;
  readonly attempts?: readonly TaskAttempt[];
  /** What the timeline says: the word, and what an administrator should know. */
  readonly event: string;
  readonly detail: string | null;
}

/** What a poll told of a task that goes on. */
export interface TaskPoll {
  readonly state: 'queued' | 'in_progress' | null;
  /** 0 to 99; null where the provider does not say. */
  readonly progress: number | null;
  /** Why the answer was none; null where it was one. */
  readonly problem: string | null;
  readonly pollInMs: number;
}
