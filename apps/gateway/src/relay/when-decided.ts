import { DomainError, type ErrorCode } from '@tokenbay/errors';
import type { RateDecision } from '@tokenbay/limits';

/** Throws, or rejects with, the refusal of a decision; tells of the decision before. */
export function whenDecided(
  decision: RateDecision | Promise<RateDecision>,
  code: ErrorCode,
  tell?: (decision: RateDecision) => void,
): void | Promise<void> {
  if (decision instanceof Promise) return decision.then((decided) => whenDecided(decided, code, tell));
  tell?.(decision);
  if (!decision.allowed) throw new DomainError(code, undefined, { retryAfterSeconds: decision.resetMs / 1000 });
}
