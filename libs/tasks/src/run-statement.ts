import { DomainError } from '@tokenbay/errors';
import { DatabaseError, type Pool } from 'pg';

/** SQLSTATE classes that speak of the connection, the server or the moment, not of the statement. */
const PASSING_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
/** The routine of the server that says, in a notice, that it stopped waiting for a synchronous standby. */
const STANDBY_WAIT = 'SyncRepWaitForLSN';
const RETRY_AFTER_SECONDS = 2;

/**
 * Runs one statement and answers its rows, committed and with every standby that the server waits for. Throws `ledger_unavailable` where
 * the database did not answer, or where nobody knows whether a standby has it: whether it took effect is unknown then. A connection that
 * failed is destroyed, since it may still be busy.
 */
export async function runStatement<Row>(pool: Pool, text: string, values: readonly unknown[]): Promise<Row[]> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw unavailable(cause);
  });
  let isReplicated = true;
  const hear = ({ routine }: { routine?: string | undefined }): void => {
    if (routine === STANDBY_WAIT) isReplicated = false;
  };
  client.on('notice', hear);
  try {
    const { rows } = await client.query(text, [...values]);
    if (!isReplicated) throw new Error('the wait for a synchronous standby was cancelled');
    client.off('notice', hear);
    client.release();
    return rows as Row[];
  } catch (error) {
    client.off('notice', hear);
    client.release(true);
    throw isPassing(error) ? unavailable(error) : error;
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof DatabaseError) return PASSING_CLASSES.has((error.code ?? '').slice(0, 2));
  return !(error instanceof TypeError || error instanceof RangeError);
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('ledger_unavailable', 'tasks', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
