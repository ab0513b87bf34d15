import { DomainError } from '@tokenbay/errors';
import type { Room } from './escrow.js';
import type { ReserveRequest } from './reserve-request.js';

/** What a client is told to wait when the database does not answer. */
const RETRY_AFTER_SECONDS = 2;

/** The ledger does not answer, or not in time. */
export function unavailable(detail: string, cause?: unknown): DomainError {
  return new DomainError('ledger_unavailable', detail, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/**
 * Why a request cannot have even its least, in the contract's order; undefined where it can. `spare` are the points at hand beside what
 * each limit leaves.
 */
export function refusalOf({ requestId, least }: ReserveRequest, room: Room, spare: number): DomainError | undefined {
  const detail = `${requestId} needs at least ${least} micropoints`;
  if (room.account + spare < least) return new DomainError('account_point_insufficient', detail);
  if (room.quota + spare < least) return new DomainError('api_key_point_insufficient', detail);
  if (room.period + spare < least)
    return new DomainError('api_key_point_limit_exceeded', detail, {
      retryAfterSeconds: Math.max(room.retryAfterSeconds, 1),
    });
  return undefined;
}
