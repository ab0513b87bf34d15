import type { Task, TaskAttempt, TaskQuantities, TaskResult, TaskState } from './task.js';

/** A row of `task` as the driver gives it; 64-bit integers come as text. */
export interface TaskRow {
  readonly id: string;
  readonly account_id: string;
  readonly api_key_id: string;
  readonly model: string;
  readonly state: TaskState;
  readonly created_at: Date;
  readonly submitted_at: Date | null;
  readonly deadline_at: Date;
  readonly heard_at: Date;
  readonly ended_at: Date | null;
  readonly expires_at: Date | null;
  readonly held: string;
  readonly points: string | null;
  readonly uncollected: string | null;
  readonly price_version: number;
  readonly multiplier: string;
  readonly priced: TaskQuantities;
  readonly prompt: string | null;
  readonly seconds: number | null;
  readonly size: string | null;
  readonly request_digest: Buffer;
  readonly channel_id: string | null;
  readonly key_id: string | null;
  readonly provider: string | null;
  readonly base_url: string | null;
  readonly upstream_model: string | null;
  readonly secret: Buffer | null;
  readonly upstream_id: string | null;
  readonly attempts: TaskAttempt[];
  readonly progress: number;
  readonly result: TaskResult | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly refused_with: number | null;
  readonly polls: number;
  readonly poll_at: Date | null;
  readonly poll_problem: string | null;
}

/** The task that a row describes. */
export function toTask(row: TaskRow): Task {
  return {
    ...{ id: row.id, accountId: row.account_id, apiKeyId: row.api_key_id, model: row.model, state: row.state },
    ...{ createdAt: row.created_at, submittedAt: row.submitted_at, deadlineAt: row.deadline_at },
    ...{ heardAt: row.heard_at, endedAt: row.ended_at, expiresAt: row.expires_at },
    heldMicropoints: Number(row.held),
    chargedMicropoints: row.points === null ? null : Number(row.points),
    uncollectedMicropoints: row.uncollected === null ? null : Number(row.uncollected),
    ...{ priceVersion: row.price_version, multiplier: row.multiplier, priced: row.priced },
    ...{ prompt: row.prompt, seconds: row.seconds, size: row.size, requestDigest: row.request_digest },
    ...{ channelId: row.channel_id, keyId: row.key_id, provider: row.provider, baseUrl: row.base_url },
    ...{ upstreamModel: row.upstream_model, sealedSecret: row.secret, upstreamId: row.upstream_id },
    ...{ attempts: row.attempts, progress: row.progress, result: row.result },
    ...{ errorCode: row.error_code, errorMessage: row.error_message, refusedWith: row.refused_with },
    ...{ polls: row.polls, pollAt: row.poll_at, pollProblem: row.poll_problem },
  };
}
