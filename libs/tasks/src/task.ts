/** How a task is; the migration that makes the table says what each state means. */
export const TASK_STATES = ['accepted', 'submitting', 'queued', 'in_progress', 'completed', 'failed'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** States that end: from all others a task may still be ended. */
export const OPEN_STATES: readonly TaskState[] = ['accepted', 'submitting', 'queued', 'in_progress'];

/** Where the video of a completed task is, as its provider said. */
export type TaskResult =
  { readonly kind: 'url'; readonly url: string } | { readonly kind: 'provider'; readonly path: string };

/** One try at a channel, as a receipt shows it. */
export interface TaskAttempt {
  readonly channelId: string;
  readonly keyId: string;
  /** The upstream's HTTP status; null where it gave none. */
  readonly status: number | null;
  readonly ms: number;
  /** Why it failed; null where it did not. */
  readonly reason: string | null;
}

/** What a task's price counts, beside the one request that it is. */
export interface TaskQuantities {
  /** Whole seconds that were held for. */
  readonly seconds: number;
  /** Pictures that were handed over. */
  readonly images: number;
  /** The size or resolution that the price sheet prices apart; null where it does not. */
  readonly tier: string | null;
}

/** One asynchronous task. Amounts are integer micropoints. */
export interface Task {
  /** A UUIDv7: the id of the request that it was submitted with, and of its receipt. */
  readonly id: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  /** The model's public name. */
  readonly model: string;
  readonly state: TaskState;
  readonly createdAt: Date;
  /** When the provider was about to be called; null where it never was. */
  readonly submittedAt: Date | null;
  /** When the state must have been left. */
  readonly deadlineAt: Date;
  /** When the provider last said something sensible. */
  readonly heardAt: Date;
  readonly endedAt: Date | null;
  /** Until when the video is promised to be there; null where nobody knows. */
  readonly expiresAt: Date | null;
  readonly heldMicropoints: number;
  readonly chargedMicropoints: number | null;
  /** What it cost, or may have cost, beyond what was charged. */
  readonly uncollectedMicropoints: number | null;
  /** The version of the model's prices at admission, and the group's multiplier then. */
  readonly priceVersion: number;
  readonly multiplier: string;
  readonly priced: TaskQuantities;
  readonly prompt: string | null;
  readonly seconds: number | null;
  readonly size: string | null;
  /** SHA-256 of what was asked for. */
  readonly requestDigest: Buffer;
  readonly channelId: string | null;
  readonly keyId: string | null;
  readonly provider: string | null;
  readonly baseUrl: string | null;
  readonly upstreamModel: string | null;
  /** The key's secret, sealed; `TasksService.openSecret` opens it. */
  readonly sealedSecret: Buffer | null;
  readonly upstreamId: string | null;
  readonly attempts: readonly TaskAttempt[];
  /** 0 to 100. */
  readonly progress: number;
  readonly result: TaskResult | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The HTTP status of the error that answered its submission; its client knows of no task then. */
  readonly refusedWith: number | null;
  /** How often it was asked about. */
  readonly polls: number;
  readonly pollAt: Date | null;
  /** What was wrong with the last answer; null where nothing was. */
  readonly pollProblem: string | null;
}

/** Something that happened to a task. */
export interface TaskEvent {
  readonly at: Date;
  readonly event: string;
  readonly detail: string | null;
}

const PUBLIC_ID = /^video_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The id that clients know a task by. */
export function toPublicId(id: string): string {
  return `video_${id.replaceAll('-', '')}`;
}

/** The id behind a public one; undefined where it is none. */
export function fromPublicId(publicId: string): string | undefined {
  const groups = PUBLIC_ID.exec(publicId)?.slice(1);
  return groups?.join('-');
}
