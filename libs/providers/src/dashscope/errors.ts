import { cleanMessage } from '../clean-message.js';
import type { UpstreamFailure } from '../provider.js';
import { judgeStatus, objectOf, textOf, type Verdict } from '../video-answers.js';

/** An error of DashScope's: at the top of an answer, or in the output of a task. */
export interface DashscopeError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** The table of error codes; the first that fits. Codes have parts behind dots (`InvalidParameter.DataInspection`). */
const VERDICTS: readonly (readonly [RegExp, Verdict])[] = [
  [
    /^DataInspectionFailed|^IPInfringementSuspect|^FaqRuleBlocked|^CustomRoleBlocked/,
    request('content_policy_violation'),
  ],
  [
    /^Arrearage|^AllocationQuota\.FreeTierOnly|^PrepaidBillOverdue|^PostpaidBillOverdue|^CommodityNotPurchased/,
    { kind: 'key', reason: 'out_of_credit' },
  ],
  [
    /^(Model)?AccessDenied\.Unpurchased|^Model\.AccessDenied|^ModelNotFound|^ModelNotOpen|^model_not_found|^Model\.NotExist/,
    { kind: 'channel', reason: 'model_refused' },
  ],
  [
    /^InvalidApiKey|^AccessDenied|^Workspace\.AccessDenied|^App\.AccessDenied|^Unauthorized/,
    { kind: 'key', reason: 'key_refused' },
  ],
  [/^Throttling|^LimitRequests|^limit_requests|^RateLimit/, { kind: 'saturated', reason: 'rate_limited' }],
  [
    /^ServiceUnavailable|^ModelServiceFailed|^ModelUnavailable|^ModelServingError/,
    { kind: 'saturated', reason: 'overloaded' },
  ],
  [/^InvalidURL$|^UnsupportedOperation$/, { kind: 'channel', reason: 'address_wrong' }],
  [
    /^InvalidParameter|^InvalidURL\.|^InvalidImage|^InvalidFile|^BadRequest|^invalid_parameter|^InvalidPerson|^InvalidGarment|^InvalidSchema|^DownloadFailed/,
    request('invalid_request'),
  ],
  [/^InternalError|^internal_error|^SystemError|^RequestTimeOut|^ResponseTimeout/, { kind: 'server' }],
];

/** The error in an answer, or undefined where the answer is none of DashScope's. */
export function dashscopeErrorOf(body: unknown): DashscopeError | undefined {
  const error = objectOf(body);
  return error && textOf(error['code']) !== undefined ? error : undefined;
}

/** Judges an answer that is no success by its code first and its status second. */
export function readDashscopeFailure(status: number, body: unknown, retryAfterSeconds?: number): UpstreamFailure {
  const error = dashscopeErrorOf(body) ?? {};
  const message = textOf(error.message);
  const failure: UpstreamFailure = {
    ...(judgeDashscopeError(error) ?? judgeStatus(status)),
    ...(message !== undefined && { message: cleanMessage(message) }),
  };
  return retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds };
}

/** What a code means; undefined where it is not known. */
export function judgeDashscopeError(error: DashscopeError): Verdict | undefined {
  const code = textOf(error.code) ?? '';
  return VERDICTS.find(([pattern]) => pattern.test(code))?.[1];
}

function request(code: 'invalid_request' | 'content_policy_violation'): Verdict {
  return { kind: 'request', code };
}
