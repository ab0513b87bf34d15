import { DomainError, type ErrorCode } from '@tokenbay/errors';
import type { FastifyRequest } from 'fastify';
import type { Account, Group } from '@tokenbay/accounts';
import type { ApiKey } from '@tokenbay/keys';
import type { ClientAddress } from '@tokenbay/platform';

/** Whoever was admitted: the key, whose it is, and which group's models and prices apply. */
export interface Caller {
  readonly key: ApiKey;
  readonly account: Account;
  readonly group: Group;
  readonly address: ClientAddress;
}

/** Whoever was admitted with this request. Routes without admission have no caller and must not ask. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new DomainError('internal_error', 'a route without admission asked for its caller');
  return caller;
}

/** What the log says of a request beyond its route. Amounts are integer micropoints. */
interface RequestNotes {
  model?: string;
  /** Where a stream broke, after it had begun with status 200. */
  brokenBy?: ErrorCode;
  charge?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by admission on every route that is not public. */
    caller: Caller | null;
    /** What became of the request, for the log; filled in as it becomes known. */
    notes: RequestNotes;
  }
}
