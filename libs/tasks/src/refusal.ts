import { DomainError } from '@tokenbay/errors';
import type { AcceptRow } from './tasks.repository.js';
import type { TaskDraft } from './task-draft.js';

/** Why a task's points could not be held, in the contract's order: the account, the key's quota, its periods. */
export function refusalOf(row: AcceptRow, { id, heldMicropoints }: TaskDraft): DomainError {
  const detail = `${id} needs ${heldMicropoints} micropoints`;
  const lacks = (left: string | null): boolean => left !== null && Number(left) < heldMicropoints;
  if (lacks(row.account_left)) return new DomainError('account_point_insufficient', detail);
  if (lacks(row.quota_left)) return new DomainError('api_key_point_insufficient', detail);
  return new DomainError('api_key_point_limit_exceeded', detail, {
    retryAfterSeconds: Math.max(row.retry_after_seconds ?? 1, 1),
  });
}
