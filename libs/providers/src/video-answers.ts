import type { JsonObject, UpstreamFailure } from './provider.js';
import type { VideoError, VideoProgress, VideoSubmissionReading, VideoUsage } from './video-wire.js';
import { cleanMessage } from './clean-message.js';

/** What providers number their tasks with; nothing that could leave the path it is put into. */
const ID = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._:-]+(?:\/[A-Za-z0-9._:-]+)*$/;
const ID_LENGTH_MAX = 512;
const URL_LENGTH_MAX = 8_192;
const REQUEST_TIMEOUT = 408;
/** Statuses of a provider that is too busy to take a task on. */
const BUSY: readonly number[] = [503, 529];

const SENTENCES = {
  content_policy_violation: "The provider's content policy refused this video.",
  invalid_request: 'The provider could not use this request.',
  upstream_failed: 'The provider could not generate this video.',
} as const satisfies Record<VideoError['code'], string>;

/** A JSON object, or undefined. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A text that says something, or undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The id of a task, safe in a path; undefined where it is none. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= ID_LENGTH_MAX && ID.test(value) ? value : undefined;
}

/** An absolute http or https URL; undefined where it is none. */
export function urlOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > URL_LENGTH_MAX || !/^https?:\/\//i.test(value)) return undefined;
  return URL.canParse(value) ? value : undefined;
}

/** A positive whole number, also where it is written as a text; undefined where it is none. */
function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** How far a task is: 0–99, or undefined where the provider does not tell. */
export function percentOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Math.min(99, Math.max(0, Math.floor(value)));
}

/**
 * What an answer that is no acceptance means for a submission. `isOwnForm`: the body is an error as the provider writes them. Whatever may have
 * been sent by something in between after the provider took the task on is `unknown`.
 */
export function readRejection(status: number, failure: UpstreamFailure, isOwnForm: boolean): VideoSubmissionReading {
  const isRefused =
    (status >= 300 && status < 500 && status !== REQUEST_TIMEOUT) || (BUSY.includes(status) && isOwnForm);
  return { outcome: isRefused ? 'refused' : 'unknown', failure };
}

/** A task that its provider calls failed. Its sentence is shown where it speaks of the client's request. */
export function failedTask(code: VideoError['code'], sentence?: string): VideoProgress {
  const isClients = code !== 'upstream_failed' && sentence !== undefined && sentence !== '';
  return { state: 'failed', error: { code, message: isClients ? cleanMessage(sentence) : SENTENCES[code] } };
}

/** A task that its provider says it does not have. */
export function lostTask(): VideoProgress {
  return { state: 'failed', error: { code: 'upstream_failed', message: 'The provider no longer knows this task.' } };
}

/** An answer to a poll that says nothing about the task. */
export function oddAnswer(failure: UpstreamFailure = { kind: 'server' }): VideoProgress {
  return { state: 'unknown', failure };
}

/** The length that was made, where it is told. */
export function usageOf(seconds: unknown): { usage?: VideoUsage } {
  const read = countOf(seconds);
  return read === undefined ? {} : { usage: { seconds: read } };
}

/** What a failure is, apart from its sentence. */
export type Verdict = Pick<UpstreamFailure, 'kind' | 'reason' | 'code'>;

/** What the status of an answer means whose own code says nothing. */
export function judgeStatus(status: number): Verdict {
  if (status === 401 || status === 403) return { kind: 'key', reason: 'key_refused' };
  if (status === 429) return { kind: 'saturated', reason: 'rate_limited' };
  if (status === 400 || status === 413 || status === 422) return { kind: 'request', code: 'invalid_request' };
  return status >= 300 && status < 500 && status !== REQUEST_TIMEOUT
    ? { kind: 'channel', reason: 'address_wrong' }
    : { kind: 'server' };
}
