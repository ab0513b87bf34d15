import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure, UpstreamFailureReason } from '../provider.js';
import type { ErrorWire } from './wire.js';

type Ours = Pick<UpstreamFailure, 'kind' | 'reason'>;

const KEY: Ours = { kind: 'key', reason: 'key_refused' };
const CREDIT: Ours = { kind: 'key', reason: 'out_of_credit' };
const RATE: Ours = { kind: 'saturated', reason: 'rate_limited' };
const OVERLOADED: Ours = { kind: 'saturated', reason: 'overloaded' };
const CONTEXT_WORDS =
  /prompt is too long|exceeds? (?:the )?(?:context|maximum (?:context|number of tokens))|exceed context limit/i;
const POLICY_WORDS = /content filter(?:ing)? policy|usage policy/i;
/** Credit, spend limits and switched-off organisations come as `invalid_request_error` with 400. */
const CREDIT_WORDS = /credit balance|usage limits?|billing/i;
const KEY_WORDS = /organization has been disabled|api[- ]key|workspace/i;
const MODEL_WORDS = /\bmodel\b/i;
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
  return judgeType(error) ?? ours({ kind: 'server' }, error);
}

function judgeType(error: ErrorWire): UpstreamFailure | undefined {
  switch (error.type) {
    case 'authentication_error':
    case 'permission_error':
      return ours(KEY, error);
    case 'billing_error':
      return ours(CREDIT, error);
    // Said before anybody looks at the key, to whoever asks from where it is not offered.
    case 'forbidden':
      return ours({ kind: 'channel', reason: 'region_refused' }, error);
    case 'not_found_error':
      return ours({ kind: 'channel', reason: reasonOfAbsence(error) }, error);
    case 'rate_limit_error':
      return ours(RATE, error);
    case 'overloaded_error':
      return ours(OVERLOADED, error);
    case 'api_error':
    case 'timeout_error':
      return ours({ kind: 'server' }, error);
    case 'invalid_request_error':
    case 'request_too_large':
      return judgeWords(error);
    default:
      return undefined;
  }
}

function judgeStatus(status: number, error: ErrorWire): UpstreamFailure {
  if (status === 429) return ours(RATE, error);
  if (status === 529) return ours(OVERLOADED, error);
  if (status === 402) return ours(CREDIT, error);
  if (status === 401 || status === 403) return ours(KEY, error);
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    return ours({ kind: 'channel', reason: reasonOfAbsence(error) }, error);
  if (status === 408 || status >= 500) return ours({ kind: 'server' }, error);
  return judgeWords(error);
}

function judgeWords(error: ErrorWire): UpstreamFailure {
  const message = textOf(error);
  const own = message.replace(QUOTED, '');
  if (CREDIT_WORDS.test(own)) return ours(CREDIT, error);
  if (KEY_WORDS.test(own)) return ours(KEY, error);
  const shown = message === '' ? {} : { message: cleanMessage(message) };
  if (CONTEXT_WORDS.test(own)) return { kind: 'request', code: 'context_length_exceeded', ...shown };
  if (POLICY_WORDS.test(own)) return { kind: 'request', code: 'content_policy_violation', ...shown };
  return { kind: 'request', code: 'invalid_request', ...shown };
}

function reasonOfAbsence(error: ErrorWire): UpstreamFailureReason {
  return MODEL_WORDS.test(textOf(error)) ? 'model_refused' : 'address_wrong';
}

/** What is ours, with the provider's sentence for administrators. */
function ours(failure: Ours, error: ErrorWire): UpstreamFailure {
  const message = textOf(error);
  return message === '' ? failure : { ...failure, message: cleanMessage(message) };
}

function textOf({ message }: ErrorWire): string {
  return typeof message === 'string' ? message : '';
}
