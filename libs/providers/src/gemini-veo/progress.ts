import type { JsonObject } from '@tokenbay/protocol';
import {
  failedTask,
  idOf,
  lostTask,
  objectOf,
  oddAnswer,
  percentOf,
  readRejection,
  textOf,
  urlOf,
} from '../video-answers.js';
import type { VideoHandle, VideoProgress, VideoResult, VideoSubmissionReading } from '../video-wire.js';
import { type GoogleError, googleErrorOf, readGoogleFailure, speaksOfPolicy, statusWord } from './errors.js';

/** Files are kept for two days. */
const VALID_SECONDS = 172_800;
const FILE_PATH = /\/(files\/[A-Za-z0-9_-]{1,128}:download)$/;

/** Reads the answer to `:predictLongRunning`: an operation, known by its name. */
export function readVeoSubmission(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): VideoSubmissionReading {
  const error = googleErrorOf(body);
  if (status < 200 || status >= 300 || error)
    return readRejection(
      error && status < 300 ? Number(error.code) : status,
      readGoogleFailure(status, body, retryAfterSeconds),
      error !== undefined,
    );
  const upstreamId = idOf(objectOf(body)?.['name']);
  if (upstreamId !== undefined) return { outcome: 'accepted', upstreamId };
  return { outcome: 'unknown', failure: { kind: 'server' } };
}

/** Reads an operation. */
export function readVeoProgress(status: number, body: unknown, { upstreamId }: VideoHandle): VideoProgress {
  const operation = objectOf(body);
  if (status < 200 || status >= 300) {
    const error = googleErrorOf(body);
    const isLost = status === 404 && error !== undefined && statusWord(error) === 'NOT_FOUND';
    return isLost ? lostTask() : oddAnswer(readGoogleFailure(status, body, undefined));
  }
  if (!operation || operation['name'] !== upstreamId) return oddAnswer();
  if (operation['done'] !== true) {
    const percent = percentOf(objectOf(operation['metadata'])?.['progressPercent']);
    return { state: 'running', ...(percent !== undefined && { percent }) };
  }
  const error = objectOf(operation['error']);
  return error ? readFailedOperation(error) : readResponse(operation);
}

function readFailedOperation(error: GoogleError): VideoProgress {
  const sentence = textOf(error.message);
  const word = statusWord(error);
  if (sentence !== undefined && speaksOfPolicy(sentence)) return failedTask('content_policy_violation', sentence);
  return word === 'INVALID_ARGUMENT' ? failedTask('invalid_request', sentence) : failedTask('upstream_failed');
}

function readResponse(operation: JsonObject): VideoProgress {
  const response = objectOf(objectOf(operation['response'])?.['generateVideoResponse']);
  const samples: unknown = response?.['generatedSamples'];
  const [sample] = Array.isArray(samples) ? (samples as unknown[]) : [];
  const result = resultOf(objectOf(objectOf(sample)?.['video'])?.['uri']);
  if (result) return { state: 'completed', result };
  const reasons: unknown = response?.['raiMediaFilteredReasons'];
  if (Number(response?.['raiMediaFilteredCount']) > 0 || (Array.isArray(reasons) && reasons.length > 0))
    return failedTask('content_policy_violation', textOf(Array.isArray(reasons) ? reasons[0] : undefined));
  return oddAnswer();
}

/** A file of the provider is fetched at the channel's own address, so that the key never follows a URL that came in an answer. */
function resultOf(uri: unknown): VideoResult | undefined {
  const url = urlOf(uri);
  if (url === undefined) return undefined;
  const [, file] = FILE_PATH.exec(new URL(url).pathname) ?? [];
  return file === undefined
    ? { kind: 'url', url, validSeconds: VALID_SECONDS }
    : { kind: 'provider', path: `/${file}?alt=media`, validSeconds: VALID_SECONDS };
}
