import { cleanMessage } from '../clean-message.js';
import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import type { UpstreamFailure } from '../provider.js';
import type { EventWire } from './wire.js';

/** What `response.error.code` says of the request itself; such an error has no type that would say so. */
const REQUEST_CODES = new Set([
  ...['invalid_prompt', 'invalid_image', 'invalid_image_format', 'invalid_base64_image', 'invalid_image_url'],
  ...['image_too_large', 'image_too_small', 'image_parse_error', 'invalid_image_mode', 'image_file_too_large'],
  ...['unsupported_image_media_type', 'empty_image_file', 'failed_to_download_image', 'image_file_not_found'],
]);
const POLICY_CODES = new Set(['bio_policy', 'cyber_policy', 'image_content_policy_violation']);
const BUSY_CODES = new Set(['server_is_overloaded', 'slow_down']);

/** Judges the error of a response that failed. */
export function readResponseError(error: ErrorWire): UpstreamFailure {
  const { code } = error;
  const message = typeof error.message === 'string' && error.message !== '' ? cleanMessage(error.message) : undefined;
  const said = message === undefined ? {} : { message };
  if (typeof code === 'string') {
    if (POLICY_CODES.has(code)) return { kind: 'request', code: 'content_policy_violation', ...said };
    if (REQUEST_CODES.has(code)) return { kind: 'request', code: 'invalid_request', ...said };
    if (BUSY_CODES.has(code)) return { kind: 'saturated', reason: 'overloaded', ...said };
    if (code === 'data_residency_mismatch') return { kind: 'channel', reason: 'region_refused', ...said };
  }
  return readErrorBody(error);
}

/** Judges an `error` event, whose type is the event's and not the error's. */
export function readErrorEvent({ error, code, message, param }: EventWire): UpstreamFailure {
  return readResponseError(error ?? { code, message, param });
}
