import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure } from '../provider.js';
import type { ErrorWire } from './wire.js';

const CONTEXT_WORDS =
  /prompt is too long|exceeds? (?:the )?(?:context|maximum (?:context|number of tokens))|exceed context limit/i;
const POLICY_WORDS = /content filter(?:ing)? policy|usage policy/i;
/** Credit, spend limits and switched-off organisations come as `invalid_request_error` with 400. */
const KEY_WORDS = /credit balance|usage limits?|billing|organization has been disabled|api[- ]key|workspace/i;
/** What stands in quotes is the client's own. */
const QUOTED = /(['"`])(?:(?!\1)[^]){1,200}\1/g;

/** Judges an answer that is not 2xx by the error's type first and its status second. */
export function readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure {
  const error = (body as { error?: ErrorWire | null } | null | undefined)?.error ?? {};
  const failure = judgeType(error) ?? judgeStatus(status, error);
  const canWait = failure.kind === 'saturated' || failure.kind === 'server';
  return canWait && retryAfterSeconds !== undefined ? { ...failure, retryAfterSeconds } : failure;
}

/** Judges an error that came inside a 200: a body of type `error`, or an error event. */
export function readErrorBody(error: ErrorWire): UpstreamFailure {
  return judgeType(error) ?? { kind: 'server' };
}

function judgeType(error: ErrorWire): UpstreamFailure | undefined {
  switch (error.type) {
    case 'authentication_error':
    case 'permission_error':
    case 'billing_error':
      return { kind: 'key' };
    case 'not_found_error':
      return { kind: 'channel' };
    case 'rate_limit_error':
    case 'overloaded_error':
      return { kind: 'saturated' };
    case 'api_error':
    case 'timeout_error':
      return { kind: 'server' };
    case 'invalid_request_error':
    case 'request_too_large':
      return judgeWords(error);
    default:
      return undefined;
  }
}

function judgeStatus(status: number, error: ErrorWire): UpstreamFailure {
  if (status === 429 || status === 529) return { kind: 'saturated' };
  if (status === 401 || status === 402 || status === 403) return { kind: 'key' };
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) return { kind: 'channel' };
  if (status === 408 || status >= 500) return { kind: 'server' };
  return judgeWords(error);
}

function judgeWords(error: ErrorWire): UpstreamFailure {
  const message = typeof error.message === 'string' ? error.message : '';
  const own = message.replace(QUOTED, '');
  if (KEY_WORDS.test(own)) return { kind: 'key' };
  const shown = message === '' ? {} : { message: cleanMessage(message) };
  if (CONTEXT_WORDS.test(own)) return { kind: 'request', code: 'context_length_exceeded', ...shown };
  if (POLICY_WORDS.test(own)) return { kind: 'request', code: 'content_policy_violation', ...shown };
  return { kind: 'request', code: 'invalid_request', ...shown };
}
