import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure } from '../provider.js';
import { objectOf, textOf } from '../video-answers.js';

/** An error of a Google API: in the answer's body the code is HTTP's, in an operation it is gRPC's. */
export interface GoogleError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  readonly details?: unknown;
}

const GRPC_CODES: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};
const POLICY_WORDS =
  /\b(?:usage|content|safety|responsible ai|sensitive)\b[^.]{0,60}\b(?:guidelines?|polic(?:y|ies)|filters?|words|practices)\b|\bviolat/i;
const KEY_WORDS = /\bAPI[ _]key\b/i;
const REGION_WORDS = /\blocation is not supported\b|\bnot available in your (?:country|region)\b/i;
const CREDIT_WORDS = /\bbilling\b|\bprepayment\b|\bcredits?\b/i;

/** The error in an answer, or undefined where the answer is none of a Google API. */
export function googleErrorOf(body: unknown): GoogleError | undefined {
  return objectOf(objectOf(Array.isArray(body) ? body[0] : body)?.['error']);
}

/** The word for what went wrong, whichever way it is told. */
export function statusWord(error: GoogleError | undefined, status = 0): string | undefined {
  const code = typeof error?.code === 'number' ? error.code : undefined;
  return textOf(error?.status) ?? GRPC_CODES[code ?? 0] ?? BY_STATUS[status];
}

/** Whether words speak of the provider's content policy. */
export function speaksOfPolicy(message: string): boolean {
  return POLICY_WORDS.test(message);
}

/** Judges an answer that is no success by its status word first, its words where the status word has several meanings. */
export function readGoogleFailure(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): UpstreamFailure {
  const error = googleErrorOf(body);
  const message = textOf(error?.message) ?? '';
  const failure = judge(statusWord(error, status), status, message);
  const shown = message === '' ? failure : { ...failure, message: cleanMessage(message) };
  return retryAfterSeconds === undefined ? shown : { ...shown, retryAfterSeconds };
}

function judge(word: string | undefined, status: number, message: string): UpstreamFailure {
  if (REGION_WORDS.test(message)) return { kind: 'channel', reason: 'region_refused' };
  switch (word) {
    case 'INVALID_ARGUMENT':
    case 'OUT_OF_RANGE':
      if (KEY_WORDS.test(message)) return { kind: 'key', reason: 'key_refused' };
      return { kind: 'request', code: speaksOfPolicy(message) ? 'content_policy_violation' : 'invalid_request' };
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return { kind: 'key', reason: 'key_refused' };
    case 'FAILED_PRECONDITION':
      return { kind: 'key', reason: CREDIT_WORDS.test(message) ? 'out_of_credit' : 'key_refused' };
    case 'NOT_FOUND':
      return { kind: 'channel', reason: /\bmodels?\b/i.test(message) ? 'model_refused' : 'address_wrong' };
    case 'RESOURCE_EXHAUSTED':
      return CREDIT_WORDS.test(message) && /\bprepayment|\bcredits?\b/i.test(message)
        ? { kind: 'key', reason: 'out_of_credit' }
        : { kind: 'saturated', reason: 'rate_limited' };
    case 'UNAVAILABLE':
      return { kind: 'saturated', reason: 'overloaded' };
    default:
      return status >= 300 && status < 500 ? { kind: 'channel', reason: 'address_wrong' } : { kind: 'server' };
  }
}
