import { DomainError } from '@tokenbay/errors';
import { assertReplicated, isTransient } from '@tokenbay/platform';
import type { Pool } from 'pg';

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
  try {
    const { rows } = await assertReplicated(client, () => client.query(text, [...values]));
    client.release();
    return rows as Row[];
  } catch (error) {
    client.release(true);
    throw isTransient(error) ? unavailable(error) : error;
  }
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('ledger_unavailable', 'tasks', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
