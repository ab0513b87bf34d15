import { readErrorBody } from '../openai-errors.js';
import type { UpstreamFailure } from '../provider.js';

/** What MiniMax says of every answer, whose HTTP status is 200 also where it refuses. */
export interface BaseResponseWire {
  readonly status_code?: unknown;
  readonly status_msg?: unknown;
}

/** Its codes, by the code of OpenAI's that says the same; others are its own fault. */
const CODES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...[1002, 1039, 1041].map((code) => [code, 'rate_limit_exceeded'] as const),
  ...[1004, 2049].map((code) => [code, 'invalid_api_key'] as const),
  ...[1008, 1028, 1030, 2056].map((code) => [code, 'insufficient_balance'] as const),
  [2061, 'model_not_available'],
  ...[1026, 1027].map((code) => [code, 'content_policy_violation'] as const),
]);
/** What it says of the request itself. */
const REQUEST_CODES: ReadonlySet<unknown> = new Set([1042, 2013]);

/** The failure that MiniMax's status says; undefined where all is well. */
export function readBaseResponse({
  status_code: status,
  status_msg: message,
}: BaseResponseWire): UpstreamFailure | undefined {
  if (typeof status !== 'number' || status === 0) return undefined;
  const type = REQUEST_CODES.has(status) ? 'invalid_request_error' : 'server_error';
  return readErrorBody({ message, type, code: CODES.get(status) });
}
