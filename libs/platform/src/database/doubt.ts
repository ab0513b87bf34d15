import { DomainError } from '@tokenbay/errors';
import { DatabaseError, type PoolClient } from 'pg';

/** SQLSTATE classes that speak of the connection, the server or the moment, not of the statement. */
const TRANSIENT_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
/** Errors of our own making. */
const MISTAKES = new Set(['TypeError', 'RangeError']);
/** The routine of the server that says, in a notice, that it stopped waiting for a synchronous standby. */
const STANDBY_WAIT = 'SyncRepWaitForLSN';

const RETRY_AFTER_SECONDS = 2;

/** The server committed, but whoever cancelled its wait for a standby knows whether that has it too. */
class NotReplicated extends Error {
  override readonly name = 'NotReplicated';
}

/** True where the same statement may succeed later, and its outcome is possibly unknown; false where the statement itself is at fault. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError) return TRANSIENT_CLASSES.has((error.code ?? '').slice(0, 2));
  return !MISTAKES.has((error as Error).name);
}

/** What a client asked to read. Throws `ledger_unavailable` where the database does not answer. */
export function readNow<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((cause: unknown) => {
    if (cause instanceof DomainError || !isTransient(cause)) throw cause;
    throw new DomainError('ledger_unavailable', 'a reading', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
  });
}

/**
 * Runs work on a connection and answers as it does, but throws a transient error where the wait for a synchronous standby was cancelled
 * meanwhile, which the server tells by a mere notice: repeated, the statement waits for the standby again.
 */
export async function assertReplicated<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  let isReplicated = true;
  const hear = ({ routine }: { routine?: string | undefined }): void => {
    if (routine === STANDBY_WAIT) isReplicated = false;
  };
  client.on('notice', hear);
  try {
    const answer = await work();
    if (!isReplicated) throw new NotReplicated('the wait for a synchronous standby was cancelled');
    return answer;
  } finally {
    client.off('notice', hear);
  }
}
