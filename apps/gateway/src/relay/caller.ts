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

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by admission on every route that is not public. */
    caller: Caller | null;
    /** When the request's head was read, on the monotonic clock. */
    startedAtMs: number;
    /** Size of the body as decoded, in bytes. */
    bodyBytes: number;
  }
}
