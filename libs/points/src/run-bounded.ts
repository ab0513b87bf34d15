import { DatabaseError, type Pool, type PoolClient, type QueryArrayConfig } from 'pg';

/** SQLSTATE classes that speak of the connection, the server or the moment, not of the statement. */
const TRANSIENT_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
/** Errors of our own making. */
const MISTAKES = new Set(['TypeError', 'RangeError']);
/** Callers waiting for a connection before further ones are turned away at once. */
const WAITING_MAX = 2_000;

/** The routine of the server that says, in a notice, that it stopped waiting for a synchronous standby. */
const STANDBY_WAIT = 'SyncRepWaitForLSN';

/** More callers wait for a connection than can be served in time. */
class PoolExhausted extends Error {}

/** The server committed, but whoever cancelled its wait for a standby knows whether that has it too. */
class NotReplicated extends Error {
  override readonly name = 'NotReplicated';
}

/** A statement that was sent and not answered: whether it took effect is unknown. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor(
    cause: unknown,
    /** The server's process that had it, so that it can be ended before one looks what became of it. */
    readonly processId: number | null,
  ) {
    super('the database did not answer', { cause });
  }
}

/**
 * Runs one statement within a bounded time and answers its rows. A connection that did not answer in time, or broke, is destroyed: it may
 * still be busy with the statement, and then it throws `Unanswered`. It throws that too where the wait for a synchronous standby was
 * cancelled, which the server tells by a mere notice: repeated, the statement waits for the standby again.
 */
export async function runBounded<Row extends unknown[]>(
  pool: Pool,
  statement: Omit<QueryArrayConfig, 'rowMode'>,
  timeoutMs: number,
): Promise<Row[]> {
  if (pool.waitingCount >= WAITING_MAX) throw new PoolExhausted('too many callers wait for the ledger');
  const client = await pool.connect();
  let isReplicated = true;
  const hear = ({ routine }: { routine?: string | undefined }): void => {
    if (routine === STANDBY_WAIT) isReplicated = false;
  };
  client.on('notice', hear);
  try {
    const bounded: QueryArrayConfig & { query_timeout: number } = {
      ...statement,
      rowMode: 'array',
      query_timeout: timeoutMs,
    };
    const { rows } = await client.query<Row>(bounded);
    if (!isReplicated) throw new NotReplicated('the wait for a synchronous standby was cancelled');
    client.off('notice', hear);
    client.release();
    return rows;
  } catch (error) {
    const isDoubtful = isTransient(error);
    client.off('notice', hear);
    client.release(isDoubtful || !(error instanceof DatabaseError));
    throw isDoubtful ? new Unanswered(error, processIdOf(client)) : error;
  }
}

/** True where the same statement may succeed later, and its outcome is possibly unknown; false where the statement itself is at fault. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError) return TRANSIENT_CLASSES.has((error.code ?? '').slice(0, 2));
  return !MISTAKES.has((error as Error).name);
}

function processIdOf(client: PoolClient): number | null {
  return (client as PoolClient & { processID?: number | null }).processID ?? null;
}
