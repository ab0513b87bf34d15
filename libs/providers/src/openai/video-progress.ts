import { type ErrorWire, readErrorBody, readFailure } from '../openai-errors.js';
import {
  failedTask,
  idOf,
  lostTask,
  objectOf,
  oddAnswer,
  percentOf,
  readRejection,
  textOf,
  usageOf,
} from '../video-answers.js';
import type { VideoHandle, VideoProgress, VideoSubmissionReading } from '../video-wire.js';

/** Codes by which a task is said not to exist, where it is not the status that says so. */
const LOST_CODES: readonly unknown[] = ['not_found', 'task_not_found', 'video_not_found'];
/** What OpenAI's own review says of a video beside the codes that every endpoint shares. */
const POLICY_CODES: readonly unknown[] = ['sentinel_block', 'moderation_failed'];
const QUEUED: readonly unknown[] = ['queued', 'pending', 'submitted'];
const COMPLETED: readonly unknown[] = ['completed', 'succeeded'];
const FAILED: readonly unknown[] = ['failed', 'cancelled', 'canceled', 'expired'];

/** Reads the answer to `POST /videos`. */
export function readVideoSubmission(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): VideoSubmissionReading {
  const error = errorOf(body);
  if (status < 200 || status >= 300)
    return readRejection(status, readFailure(status, body, retryAfterSeconds), error !== undefined);
  const upstreamId = idOf(objectOf(body)?.['id']);
  if (upstreamId !== undefined) return { outcome: 'accepted', upstreamId };
  if (error) return { outcome: 'refused', failure: readErrorBody(error) };
  return { outcome: 'unknown', failure: { kind: 'server' } };
}

/** Reads the answer to `GET /videos/{id}`. */
export function readVideoProgress(status: number, body: unknown, { upstreamId }: VideoHandle): VideoProgress {
  const video = objectOf(body);
  if (status < 200 || status >= 300) {
    const error = errorOf(body);
    return error && isLost(status, error) ? lostTask() : oddAnswer(readFailure(status, body, undefined));
  }
  const state = textOf(video?.['status']);
  if (!video || state === undefined || video['id'] !== upstreamId) return oddAnswer();
  const percent = percentOf(video['progress']);
  if (COMPLETED.includes(state)) {
    const result = { kind: 'provider', path: `/videos/${upstreamId}/content`, ...validity(video) } as const;
    return { state: 'completed', result, ...usageOf(video['seconds']) };
  }
  if (FAILED.includes(state)) return readFailedVideo(objectOf(video['error']) ?? {});
  return { state: QUEUED.includes(state) ? 'queued' : 'running', ...(percent !== undefined && { percent }) };
}

function readFailedVideo(error: ErrorWire): VideoProgress {
  const failure = readErrorBody({ ...error, ...(textOf(error.type) === undefined && { type: 'video_error' }) });
  const sentence = textOf(error.message);
  if (failure.code === 'content_policy_violation' || POLICY_CODES.includes(error.code))
    return failedTask('content_policy_violation', sentence);
  return failure.kind === 'request' ? failedTask('invalid_request', sentence) : failedTask('upstream_failed');
}

/** A wrong address of ours is answered with 404, too, but says so. */
function isLost(status: number, error: ErrorWire): boolean {
  if (LOST_CODES.includes(error.code)) return true;
  return (
    status === 404 && error.code !== 'unknown_url' && !/^Invalid URL/i.test(textOf(error.message) ?? 'Invalid URL')
  );
}

function validity({ completed_at: from, expires_at: to }: Record<string, unknown>): { validSeconds?: number } {
  return Number.isInteger(from) && Number.isInteger(to) && Number(to) > Number(from)
    ? { validSeconds: Number(to) - Number(from) }
    : {};
}

function errorOf(body: unknown): ErrorWire | undefined {
  return objectOf(objectOf(body)?.['error']);
}
