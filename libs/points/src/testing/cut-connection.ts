import type { Pool, PoolClient } from 'pg';
import type { Loss } from './ledger-steps.js';

/**
 * Cuts the connection of the next statement of a pool, on one side or the other of its commit; the caller hears the same either way.
 * Answers how to leave the statement alone after all.
 */
export function cutNextConnection(pool: Pool, side: Loss): () => void {
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const restore = (): void => void Object.assign(pool, { connect });
  const connectAndCut = async (): Promise<PoolClient> => {
    restore();
    const client = await connect();
    const query = client.query.bind(client) as (statement: unknown) => Promise<unknown>;
    const queryAndCut = async (statement: unknown): Promise<never> => {
      if (side === 'before') await query('BEGIN');
      await query(statement);
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      throw new Error(`the connection was cut ${side} the commit`);
    };
    return Object.assign(client, { query: queryAndCut });
  };
  Object.assign(pool, { connect: connectAndCut });
  return restore;
}
