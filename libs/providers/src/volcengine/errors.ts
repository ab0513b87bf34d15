import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure } from '../provider.js';
import { judgeStatus, objectOf, textOf, type Verdict } from '../video-answers.js';

/** An error of Ark's, of a request and of a task alike. */
export interface ArkError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly param?: unknown;
}

/** Ark's table of error codes; the first that fits. Codes have parts behind dots (`InvalidParameter.UnsupportedImageFormat`). */
const VERDICTS: readonly (readonly [RegExp, Verdict])[] = [
  [
    /Sensitive|RiskDetection|PrivacyInformation|CopyrightViolation|PolicyViolation|ContentSecurity/,
    request('content_policy_violation'),
  ],
  [/^(AccountOverdue|InsufficientBalance)|^SetLimitExceeded|^ServiceOverdue/, { kind: 'key', reason: 'out_of_credit' }],
  [/^(Authentication|InvalidAccount|AccessDenied|InvalidApiKey|Unauthorized)/, { kind: 'key', reason: 'key_refused' }],
  [
    /^(InvalidEndpoint|ModelNotOpen|ModelNotFound|UnsupportedModel)|^OperationDenied\.(ServiceNotOpen|PermissionDenied)|^NotFound$/,
    { kind: 'channel', reason: 'model_refused' },
  ],
  [/^(OperationDenied|Forbidden)/, { kind: 'key', reason: 'key_refused' }],
  [/^ServerOverloaded/, { kind: 'saturated', reason: 'overloaded' }],
  [
    /RateLimit|^(QuotaExceeded|RequestBurstTooFast|InflightBatchsizeExceeded|TooManyRequests)/,
    { kind: 'saturated', reason: 'rate_limited' },
  ],
  [
    /^(MissingParameter|InvalidParameter|InvalidArgument|InvalidImage|InvalidText|OutofContext|BadRequest|InvalidRequest)/,
    request('invalid_request'),
  ],
  [/^(InternalService|InternalServer|Internal|Timeout|Execution)/, { kind: 'server' }],
];
/** A free quota that is used up does not come back by waiting. */
const FREE_QUOTA = /\bfree\b|\btrial\b/i;
/** A path into a request; anything else may be an address or a key. */
const PARAM = /^[A-Za-z_][A-Za-z0-9_.[\]]{0,99}$/;
/** Ends every sentence of Ark's and means nothing to others. */
const REQUEST_ID = /\s*Request id: \S+/gi;

/** The error in an answer, or undefined where the answer is none of Ark's. */
export function arkErrorOf(body: unknown): ArkError | undefined {
  const error = objectOf(objectOf(body)?.['error']);
  return error && textOf(error['code']) !== undefined ? error : undefined;
}

/** Judges an answer that is no success by its code first and its status second. */
export function readArkFailure(status: number, body: unknown, retryAfterSeconds?: number): UpstreamFailure {
  const error = arkErrorOf(body) ?? {};
  const failure = describe(judgeArkError(error) ?? judgeStatus(status), error);
  return retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds };
}

/** What a code means; undefined where it is not known. */
export function judgeArkError(error: ArkError): Verdict | undefined {
  const code = textOf(error.code) ?? '';
  const [, verdict] = VERDICTS.find(([pattern]) => pattern.test(code)) ?? [];
  if (code.startsWith('QuotaExceeded') && FREE_QUOTA.test(textOf(error.message) ?? ''))
    return { kind: 'key', reason: 'out_of_credit' };
  return verdict;
}

/** Ark's sentence without the number of its request. */
export function sentenceOf(error: ArkError): string | undefined {
  return textOf(textOf(error.message)?.replace(REQUEST_ID, '').trim());
}

function describe(verdict: Verdict, error: ArkError): UpstreamFailure {
  const sentence = sentenceOf(error);
  return {
    ...verdict,
    ...(sentence !== undefined && { message: cleanMessage(sentence) }),
    ...(verdict.kind === 'request' &&
      typeof error.param === 'string' &&
      PARAM.test(error.param) && { param: error.param }),
  };
}

function request(code: 'invalid_request' | 'content_policy_violation'): Verdict {
  return { kind: 'request', code };
}
