import { type Task, type TaskState, toPublicId } from '@tokenbay/tasks';

/** A video task as OpenAI's library reads it. Times are Unix seconds. */
export interface VideoResponse {
  readonly id: string;
  readonly object: 'video';
  readonly model: string;
  readonly status: 'queued' | 'in_progress' | 'completed' | 'failed';
  readonly progress: number;
  readonly created_at: number;
  readonly completed_at: number | null;
  readonly expires_at: number | null;
  readonly seconds: string;
  /** Empty where neither the client nor the provider said it. */
  readonly size: string;
  readonly prompt: string | null;
  readonly remixed_from_video_id: null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** One page of an account's videos. */
export interface VideoListResponse {
  readonly object: 'list';
  readonly data: readonly VideoResponse[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

/** What a client sees of the states before a provider has the task is that it waits. */
const STATUSES: Readonly<Record<TaskState, VideoResponse['status']>> = {
  accepted: 'queued',
  submitting: 'queued',
  queued: 'queued',
  in_progress: 'in_progress',
  completed: 'completed',
  failed: 'failed',
};

export function toVideoResponse(task: Task): VideoResponse {
  const { state, errorCode, errorMessage } = task;
  return {
    id: toPublicId(task.id),
    object: 'video',
    model: task.model,
    status: STATUSES[state],
    progress: task.progress,
    created_at: toSeconds(task.createdAt),
    completed_at: state === 'completed' && task.endedAt ? toSeconds(task.endedAt) : null,
    expires_at: task.expiresAt && toSeconds(task.expiresAt),
    seconds: String(task.seconds ?? task.priced.seconds),
    size: task.size ?? '',
    prompt: task.prompt,
    remixed_from_video_id: null,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  };
}

export function toVideoListResponse(tasks: readonly Task[], hasMore: boolean): VideoListResponse {
  const data = tasks.map(toVideoResponse);
  return {
    ...{ object: 'list', data, has_more: hasMore },
    ...{ first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null },
  };
}

function toSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
