import { failedTask, idOf, objectOf, oddAnswer, readRejection, textOf, urlOf, usageOf } from '../video-answers.js';
import type { VideoHandle, VideoProgress, VideoSubmissionReading } from '../video-wire.js';
import { dashscopeErrorOf, judgeDashscopeError, readDashscopeFailure } from './errors.js';

/** Results, and tasks, are kept for a day. */
const VALID_SECONDS = 86_400;

/** Reads the answer to a new task. */
export function readDashscopeSubmission(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): VideoSubmissionReading {
  const error = dashscopeErrorOf(body);
  if (status < 200 || status >= 300)
    return readRejection(status, readDashscopeFailure(status, body, retryAfterSeconds), error !== undefined);
  const upstreamId = idOf(objectOf(objectOf(body)?.['output'])?.['task_id']);
  if (upstreamId !== undefined) return { outcome: 'accepted', upstreamId };
  return {
    outcome: error ? 'refused' : 'unknown',
    failure: error ? readDashscopeFailure(400, body) : { kind: 'server' },
  };
}

/**
 * Reads a task. `UNKNOWN` is what the provider answers for tasks that it never had, forgot after a day, or cannot look up just now; since it
 * does not say which, it is no failure: the task's own deadline decides.
 */
export function readDashscopeProgress(status: number, body: unknown, { upstreamId }: VideoHandle): VideoProgress {
  const answer = objectOf(body);
  const output = objectOf(answer?.['output']);
  const state = textOf(output?.['task_status']);
  if (status < 200 || status >= 300 || !answer || !output || state === undefined || output['task_id'] !== upstreamId)
    return oddAnswer(status >= 200 && status < 300 ? undefined : readDashscopeFailure(status, body));
  switch (state) {
    case 'SUCCEEDED': {
      const url = urlOf(output['video_url']);
      if (url === undefined) return oddAnswer();
      return { state: 'completed', result: { kind: 'url', url, validSeconds: VALID_SECONDS }, ...readUsage(answer) };
    }
    case 'FAILED':
      return readFailedTask(output);
    case 'CANCELED':
      return failedTask('upstream_failed');
    case 'UNKNOWN':
      return oddAnswer();
    default:
      return { state: state === 'PENDING' ? 'queued' : 'running' };
  }
}

/** `duration` is what the provider itself charges for; the earlier models call it `video_duration`. */
function readUsage(answer: Record<string, unknown>): ReturnType<typeof usageOf> {
  const usage = objectOf(answer['usage']);
  return usageOf(usage?.['output_video_duration'] ?? usage?.['duration'] ?? usage?.['video_duration']);
}

function readFailedTask(output: Record<string, unknown>): VideoProgress {
  const verdict = judgeDashscopeError(output);
  if (verdict?.kind !== 'request') return failedTask('upstream_failed');
  const code = verdict.code === 'content_policy_violation' ? verdict.code : 'invalid_request';
  return failedTask(code, textOf(output['message']));
}
