import { assertReplicated, isTransient } from '@tokenbay/platform';
import { DatabaseError, type Pool, type PoolClient, type QueryArrayConfig } from 'pg';

/** Callers waiting for a connection before further ones are turned away at once. */
const WAITING_MAX = 2_000;

/** More callers wait for a connection than can be served in time. */
class PoolExhausted extends Error {}

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
  try {
    const bounded: QueryArrayConfig & { query_timeout: number } = {
      ...statement,
      rowMode: 'array',
      query_timeout: timeoutMs,
    };
    const { rows } = await assertReplicated(client, () => client.query<Row>(bounded));
    client.release();
    return rows;
  } catch (error) {
    const isDoubtful = isTransient(error);
    client.release(isDoubtful || !(error instanceof DatabaseError));
    throw isDoubtful ? new Unanswered(error, processIdOf(client)) : error;
  }
}

function processIdOf(client: PoolClient): number | null {
  return (client as PoolClient & { processID?: number | null }).processID ?? null;
}
