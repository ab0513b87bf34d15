import { Inject, Injectable } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@tokenbay/platform';
import type { PoolClient } from 'pg';
import { prepareReading, readAccounts, readBooks, readHolds } from './audit-ledger.js';
import { MOVE_CHECKPOINT, REBUILD_CHECKPOINT, SUSPECT_ACCOUNTS } from './audit-sql.js';
import { describeDifference, type Difference } from './difference.js';

/** Of everything, once a day · of balances against the checkpoint, once a minute. */
export type AuditKind = 'full' | 'minute';

/** How an audit ended. */
interface Outcome {
  readonly total: number;
  readonly differences: readonly Difference[];
}

/** Up to where the checkpoint counts: entries by id, charges by request id. */
interface Bound {
  readonly entries_until: string;
  readonly charges_before: string;
}

/** Who audits holds this lock, so that several processes do it once. */
const LOCK = `hashtextextended('points_audit', 0)`;
/** A full audit is due once the day's 03:00 UTC is past, a minute's one after a little less than that. */
const DUE = `
  SELECT coalesce(bool_or(kind = 'full' AND ended_at >= date_trunc('day', now() AT TIME ZONE 'UTC' - interval '3 hours') AT TIME ZONE 'UTC'
      + interval '3 hours'), false) AS has_full,
    coalesce(bool_or(kind = 'minute' AND ended_at > now() - interval '50 seconds'), false) AS has_minute FROM audit_run`;
const SAVE = `
  INSERT INTO audit_run AS r (kind, ended_at, duration_ms, differences, accounts) VALUES ($1, clock_timestamp(), $2, $3, $4)
    ON CONFLICT ON CONSTRAINT audit_run_pkey DO UPDATE
    SET ended_at = excluded.ended_at, duration_ms = excluded.duration_ms, differences = excluded.differences, accounts = excluded.accounts`;
/** Requests rarely last this long, so what comes below the bound later is rare; whose account it concerns is then read in full. */
const MARGIN = `interval '15 minutes'`;
const NEXT_BOUND = `
  SELECT greatest($1::bigint, coalesce(max(id), 0)) AS entries_until, greatest($2::uuid, charge_first_id(now() - ${MARGIN})) AS charges_before
    FROM point_entry WHERE id > $1 AND created_at < now() - ${MARGIN}`;
const FIRST_BOUND = ['0', '00000000-0000-0000-0000-000000000000'];
const SAVE_BOUND = `
  INSERT INTO audit_bound (entries_until, charges_before) VALUES ($1, $2)
    ON CONFLICT ON CONSTRAINT audit_bound_pkey DO UPDATE SET entries_until = excluded.entries_until, charges_before = excluded.charges_before`;
const ENTRY_ID_MAX = '9223372036854775807';
const REQUEST_ID_MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** The minute's audit must not outlast its minute. */
const MINUTE_TIMEOUT = '50s';
/** A full audit that failed is not begun anew before this, milliseconds. */
const FULL_AGAIN_MS = 3_600_000;
/** Differences that one line of the log describes. */
const DESCRIBED_MAX = 20;

/**
 * Audits the books of a running system, by itself: all of it once a day, and once a minute every account's balance against a checkpoint,
 * reading only what moved since. How each ended is kept in the table `audit_run`, for whoever shows it.
 */
@Injectable()
export class LedgerAuditor {
  private fullFailedAtMs = -Infinity;
  private client: PoolClient | undefined;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Does the audit that is due, if any; answers which. Null where none is, or another process is at one. Rejects where it cannot be done. */
  async runDue(): Promise<AuditKind | null> {
    const client = await this.database.pool('audit').connect();
    this.client = client;
    try {
      const kind = (await isTrue(client, `SELECT pg_try_advisory_lock(${LOCK}) AS answer`))
        ? await this.runLocked(client)
        : null;
      client.release();
      return kind;
    } catch (error) {
      // Closing the connection rolls back and unlocks.
      client.release(true);
      throw error;
    } finally {
      this.client = undefined;
    }
  }

  /** Breaks off an audit that runs; its `runDue` rejects and nothing of it is kept. */
  async stop(): Promise<void> {
    await this.client?.end();
  }

  private async runLocked(client: PoolClient): Promise<AuditKind | null> {
    const kind = await this.findDue(client);
    if (kind) await this.run(client, kind);
    await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
    return kind;
  }

  private async findDue(client: PoolClient): Promise<AuditKind | null> {
    const { rows } = await client.query<{ has_full: boolean; has_minute: boolean }>(DUE);
    const isTired = performance.now() - this.fullFailedAtMs < FULL_AGAIN_MS;
    if (!rows[0]?.has_full && !isTired) return 'full';
    const hasCheckpoint = await isTrue(client, 'SELECT EXISTS (SELECT FROM audit_bound) AS answer');
    return rows[0]?.has_minute || !hasCheckpoint ? null : 'minute';
  }

  private async run(client: PoolClient, kind: AuditKind): Promise<void> {
    const startedAtMs = performance.now();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const outcome = kind === 'full' ? await auditAll(client) : await auditMinute(client);
      const before = await client.query<{ accounts: string[]; differences: number }>(
        'SELECT accounts, differences FROM audit_run WHERE kind = $1',
        [kind],
      );
      const accounts = accountsOf(outcome.differences);
      await client.query(SAVE, [kind, Math.round(performance.now() - startedAtMs), outcome.total, accounts]);
      await client.query('COMMIT');
      this.tell(kind, { ...outcome, accounts }, before.rows[0] ?? { accounts: [], differences: 0 });
    } catch (error) {
      if (kind === 'full') this.fullFailedAtMs = performance.now();
      throw error;
    }
  }

  /** Says once of each change that the books do not agree, or do again. */
  private tell(
    kind: AuditKind,
    { total, differences, accounts }: Outcome & { accounts: string[] },
    before: { readonly accounts: readonly string[]; readonly differences: number },
  ): void {
    if (total === before.differences && accounts.join() === before.accounts.join()) return;
    if (total === 0) this.logger.info({ audit: kind }, 'the books agree again');
    else
      this.logger.error(
        { audit: kind, accounts, total, differences: differences.slice(0, DESCRIBED_MAX).map(describeDifference) },
        'the books do not agree',
      );
  }
}

async function auditAll(client: PoolClient): Promise<Outcome> {
  const report = await readBooks(client);
  const bound = await nextBound(client, FIRST_BOUND);
  await client.query(REBUILD_CHECKPOINT, [bound.entries_until, bound.charges_before, null]);
  await client.query(SAVE_BOUND, [bound.entries_until, bound.charges_before]);
  return report;
}

/** Whoever the checkpoint does not explain is read in full: what is reported is never a mistake of the checkpoint's. */
async function auditMinute(client: PoolClient): Promise<Outcome> {
  await prepareReading(client);
  await client.query(`SELECT set_config('statement_timeout', '${MINUTE_TIMEOUT}', true)`);
  const { rows } = await client.query<Bound>('SELECT entries_until, charges_before FROM audit_bound');
  const [bound] = rows;
  if (!bound) throw new Error('there is no checkpoint yet');
  const here = [bound.entries_until, bound.charges_before];
  const found = await client.query<{ account_id: string }>(SUSPECT_ACCOUNTS, [
    ...[bound.entries_until, ENTRY_ID_MAX],
    ...[bound.charges_before, REQUEST_ID_MAX],
  ]);
  const suspects = found.rows.map(({ account_id }) => account_id);
  const differences = [...(await readAccounts(client, suspects)), ...(await readHolds(client))];
  if (suspects.length > 0) await client.query(REBUILD_CHECKPOINT, [...here, suspects]);
  const next = await nextBound(client, here);
  await client.query(MOVE_CHECKPOINT, [
    ...[bound.entries_until, next.entries_until],
    ...[bound.charges_before, next.charges_before],
  ]);
  await client.query(SAVE_BOUND, [next.entries_until, next.charges_before]);
  return { total: differences.length, differences };
}

async function nextBound(client: PoolClient, from: readonly string[]): Promise<Bound> {
  const { rows } = await client.query<Bound>(NEXT_BOUND, [...from]);
  const [bound] = rows;
  if (!bound) throw new Error('the database answered no bound');
  return bound;
}

async function isTrue(client: PoolClient, question: string): Promise<boolean> {
  const { rows } = await client.query<{ answer: boolean }>(question);
  return rows[0]?.answer ?? false;
}

function accountsOf(differences: readonly Difference[]): string[] {
  const ids = new Set(differences.flatMap(({ accountId }) => (accountId === null ? [] : [accountId])));
  return [...ids].sort((a, b) => Number(a) - Number(b));
}
