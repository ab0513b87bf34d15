import { EventEmitter } from 'node:events';
import { DatabaseError, type PoolClient } from 'pg';
import { DomainError } from '@tokenbay/errors';
import { assertReplicated, isTransient, readNow } from './doubt.js';

const databaseError = (code: string) => Object.assign(new DatabaseError('test', 1, 'error'), { code });

describe('an error of the database', () => {
  it.each(['08006', '25006', '40P01', '53300', '55P03', '57P01', '58030'])('%s is of the moment', (code) => {
    expect(isTransient(databaseError(code))).toBe(true);
  });

  it.each(['22003', '23514', '42501', 'P0001', ''])('%s is of the statement', (code) => {
    expect(isTransient(databaseError(code))).toBe(false);
  });

  it('is of the moment where it is the connection’s, and not where it is our own mistake', () => {
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new TypeError('x is not a function'))).toBe(false);
    expect(isTransient(new RangeError('Invalid array length'))).toBe(false);
  });
});

describe('what a client asked to read', () => {
  const codeOfFailed = (error: Error) =>
    readNow(Promise.reject(error)).catch((thrown: { code?: string }) => thrown.code);

  it('cannot be told while the database is away, whatever else is wrong with it is said', async () => {
    expect(await readNow(Promise.resolve('row'))).toBe('row');
    expect(await codeOfFailed(new Error('Query read timeout'))).toBe('ledger_unavailable');
    expect(await codeOfFailed(databaseError('57P03'))).toBe('ledger_unavailable');
    expect(await codeOfFailed(databaseError('22003'))).toBe('22003');
    expect(await codeOfFailed(new DomainError('usage_not_found'))).toBe('usage_not_found');
  });
});

describe('work that a standby must have', () => {
  const client = new EventEmitter();
  const run = (routine: string) =>
    assertReplicated(client as unknown as PoolClient, () => {
      client.emit('notice', { routine });
      return Promise.resolve('done');
    });

  it('is answered, and is in doubt where the wait for the standby was cancelled', async () => {
    expect(await run('exec_stmt_raise')).toBe('done');
    const error: unknown = await run('SyncRepWaitForLSN').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'NotReplicated' });
    expect(isTransient(error)).toBe(true);
    expect(client.listenerCount('notice')).toBe(0);
  });
});
