import { EventEmitter } from 'node:events';
import { DatabaseError, type Pool } from 'pg';
import { runStatement } from './run-statement.js';

/** A pool of one connection that does what it is told; `released` says how it was given back. */
function poolOf(query: (client: EventEmitter) => Promise<{ rows: unknown[] }>) {
  const released: unknown[] = [];
  const client = new EventEmitter();
  Object.assign(client, {
    query: () => query(client),
    release: (isBroken?: boolean) => released.push(isBroken ?? false),
  });
  return { pool: { connect: () => Promise.resolve(client) } as unknown as Pool, released, client };
}

function databaseError(code: string): DatabaseError {
  return Object.assign(new DatabaseError('test', 1, 'error'), { code });
}

describe('a statement', () => {
  it('answers its rows and gives its connection back as it was', async () => {
    const { pool, released, client } = poolOf(() => Promise.resolve({ rows: [1] }));
    expect(await runStatement(pool, 'SELECT 1', [])).toEqual([1]);
    expect(released).toEqual([false]);
    expect(client.listenerCount('notice')).toBe(0);
  });

  it.each([
    ['a connection that breaks', new Error('Connection terminated unexpectedly')],
    ['a server that stops', databaseError('57P01')],
    ['a deadlock', databaseError('40P01')],
  ])('is unavailable for %s, whose connection is destroyed', async (_, error) => {
    const { pool, released } = poolOf(() => Promise.reject(error));
    await expect(runStatement(pool, 'x', [])).rejects.toMatchObject({ code: 'ledger_unavailable', cause: error });
    expect(released).toEqual([true]);
  });

  it('fails as it is where the statement is at fault', async () => {
    const error = databaseError('23514');
    await expect(runStatement(poolOf(() => Promise.reject(error)).pool, 'x', [])).rejects.toBe(error);
  });

  it('is not believed where the wait for a synchronous standby was cancelled', async () => {
    const { pool } = poolOf((client) => {
      client.emit('notice', { routine: 'SyncRepWaitForLSN' });
      return Promise.resolve({ rows: [] });
    });
    await expect(runStatement(pool, 'x', [])).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });

  it('is unavailable where there is no connection', async () => {
    const pool = { connect: () => Promise.reject(new Error('ECONNREFUSED')) } as unknown as Pool;
    await expect(runStatement(pool, 'x', [])).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });
});
