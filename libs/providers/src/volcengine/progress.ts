import {
  failedTask,
  idOf,
  lostTask,
  objectOf,
  oddAnswer,
  readRejection,
  textOf,
  urlOf,
  usageOf,
} from '../video-answers.js';
import type { VideoHandle, VideoProgress, VideoSubmissionReading } from '../video-wire.js';
import { arkErrorOf, judgeArkError, readArkFailure, sentenceOf } from './errors.js';

/** Results are kept for a day. */
const VALID_SECONDS = 86_400;
/** A task older than seven days, or of another account. */
const LOST_CODE = /^(ResourceNotFound|TaskNotFound|NotFound|InvalidParameter\.TaskNotFound)/;

/** Reads the answer to a new task. */
export function readArkSubmission(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): VideoSubmissionReading {
  const error = arkErrorOf(body);
  if (status < 200 || status >= 300)
    return readRejection(status, readArkFailure(status, body, retryAfterSeconds), error !== undefined);
  const upstreamId = idOf(objectOf(body)?.['id']);
  if (upstreamId !== undefined) return { outcome: 'accepted', upstreamId };
  return { outcome: error ? 'refused' : 'unknown', failure: error ? readArkFailure(400, body) : { kind: 'server' } };
}

/** Reads a task. */
export function readArkProgress(status: number, body: unknown, { upstreamId }: VideoHandle): VideoProgress {
  const task = objectOf(body);
  if (status < 200 || status >= 300) {
    const error = arkErrorOf(body);
    const isLost = error && (status === 404 || status === 400) && LOST_CODE.test(String(error.code));
    return isLost ? lostTask() : oddAnswer(readArkFailure(status, body));
  }
  const state = textOf(task?.['status']);
  if (!task || state === undefined || task['id'] !== upstreamId) return oddAnswer();
  switch (state) {
    case 'succeeded': {
      const url = urlOf(objectOf(task['content'])?.['video_url']);
      if (url === undefined) return oddAnswer();
      return {
        state: 'completed',
        result: { kind: 'url', url, validSeconds: VALID_SECONDS },
        ...usageOf(task['duration']),
      };
    }
    case 'failed':
    case 'cancelled':
    case 'expired':
      return readFailedTask(task['error']);
    default:
      return { state: state === 'queued' ? 'queued' : 'running' };
  }
}

function readFailedTask(value: unknown): VideoProgress {
  const error = objectOf(value) ?? {};
  const verdict = judgeArkError(error);
  if (verdict?.kind !== 'request') return failedTask('upstream_failed');
  const code = verdict.code === 'content_policy_violation' ? verdict.code : 'invalid_request';
  return failedTask(code, sentenceOf(error));
}
