import type { Pool, PoolClient } from 'pg';
import { ACCOUNTS_AUDIT, FULL_AUDIT, HOLDS_AUDIT } from './audit-sql.js';
import type { AuditReport, Difference, DifferenceKind, Side } from './difference.js';

interface FaultRow {
  readonly kind: DifferenceKind | 'read';
  readonly account_id: string | null;
  readonly api_key_id: string | null;
  readonly subject: string | null;
  readonly one_side: Record<string, string | null>;
  readonly other_side: Record<string, string | null> | null;
  readonly total: string;
}

/** How long the audit waits for a table that somebody changes; nobody waits for the audit meanwhile. */
const LOCK_TIMEOUT = '5s';
/** Sums beyond this go to Postgres's disk: memory stays bounded however many accounts there are. */
const WORK_MEMORY = '64MB';

/**
 * Checks promises 1 and 3 of the ledger for every account, budget, charge and hold, on one snapshot and without writing: it takes no lock
 * that a gateway meets. Rejects with the database's error where it cannot read.
 */
export async function auditLedger(pool: Pick<Pool, 'connect'>): Promise<AuditReport> {
  const client = await pool.connect();
  try {
    // Repeatable read is one snapshot of all that was committed, on a standby too. Deferrable would add nothing: nothing here is serializable.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const report = await readBooks(client);
    await client.query('COMMIT');
    client.release();
    return report;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The whole audit on the snapshot of the transaction that the client is in. */
export async function readBooks(client: Pick<PoolClient, 'query'>): Promise<AuditReport> {
  await prepareReading(client);
  const { rows } = await client.query<FaultRow>(FULL_AUDIT);
  const [read] = rows.filter(({ kind }) => kind === 'read').map(({ one_side }) => toSide(one_side));
  const { rows: moments } = await client.query<{ database: string; at: Date }>(
    'SELECT current_database() AS database, now() AS at',
  );
  const [moment] = moments;
  if (!read || !moment) throw new Error('the audit answered nothing');
  const totals = new Map(rows.filter(({ kind }) => kind !== 'read').map(({ kind, total }) => [kind, Number(total)]));
  return {
    ...moment,
    read: {
      accounts: Number(read['accounts']),
      charges: Number(read['charges']),
      holds: Number(read['holds']),
      budgets: Number(read['budgets']),
    },
    total: [...totals.values()].reduce((sum, total) => sum + total, 0),
    differences: rows.flatMap(toDifference),
  };
}

/** The equation of some accounts alone, from all that was ever booked of them, on the snapshot of the client's transaction. */
export async function readAccounts(
  client: Pick<PoolClient, 'query'>,
  accountIds: readonly string[],
): Promise<Difference[]> {
  if (accountIds.length === 0) return [];
  const { rows } = await client.query<FaultRow>(ACCOUNTS_AUDIT, [accountIds]);
  return rows.flatMap(toDifference);
}

/** What balances and holds tell by themselves, on the snapshot of the client's transaction. */
export async function readHolds(client: Pick<PoolClient, 'query'>): Promise<Difference[]> {
  const { rows } = await client.query<FaultRow>(HOLDS_AUDIT);
  return rows.flatMap(toDifference);
}

/** Settings of the transaction that the client is in: one core, little memory, no plan that takes longer to make than to run. */
export async function prepareReading(client: Pick<PoolClient, 'query'>): Promise<void> {
  await client.query(
    `SELECT set_config('lock_timeout', '${LOCK_TIMEOUT}', true), set_config('work_mem', '${WORK_MEMORY}', true), set_config('jit', 'off', true),
      set_config('max_parallel_workers_per_gather', '0', true), set_config('enable_partitionwise_aggregate', 'on', true)`,
  );
}

function toDifference({ kind, account_id, api_key_id, subject, one_side, other_side }: FaultRow): Difference[] {
  if (kind === 'read') return [];
  const sides = { oneSide: toSide(one_side), otherSide: toSide(other_side ?? {}) };
  return [{ kind, accountId: account_id, apiKeyId: api_key_id, subject, ...sides }];
}

function toSide(terms: Record<string, string | null>): Side {
  return Object.fromEntries(Object.entries(terms).filter((term): term is [string, string] => term[1] !== null));
}
