import { Injectable } from '@nestjs/common';
import type { Tx } from '@tokenbay/platform';
import type { Credit, PointEntry } from './account-points.js';
import type { KeyBudget, Period } from './key-points.js';

/** A row of `point_entry`; 64-bit integers come as text. */
interface EntryRow {
  readonly id: string;
  readonly account_id: string;
  readonly amount: string;
  readonly available_after: string;
  readonly reason: string;
  readonly idempotency_key: string;
  readonly created_at: Date;
}

/** What the ledger knows of a key. `limits` is null for a key that never had one. */
export interface KeyPointsRow {
  readonly api_key_id: string;
  readonly spent: string;
  readonly held: string;
  readonly limits: readonly LimitRow[] | null;
}

/** One limit of a key in the period that runs now. */
export interface LimitRow {
  readonly period: Period | 'quota';
  readonly limit: number;
  readonly used: number;
  readonly held: number;
  readonly resetsAt: string | null;
}

/** What came of a credit; `applied` and `repeated` come with the entry. */
export type CreditOutcome =
  | { readonly outcome: 'applied' | 'repeated'; readonly entry: PointEntry }
  | { readonly outcome: 'unknown' | 'insufficient' | 'excessive' };

const ENTRY_COLUMNS = 'id, account_id, amount, available_after, reason, idempotency_key, created_at';

const LIMITS = `(SELECT json_agg(json_build_object('period', period, 'limit', points_limit, 'used', used, 'held', held, 'resetsAt', resets_at))
            FROM key_budget_now AS b WHERE b.api_key_id = k.api_key_id)`;

/** What administrators do with points, and what people are shown of them. */
@Injectable()
export class PointsRepository {
  /** Opens an account's points at zero. */
  async insertAccount(tx: Tx, accountId: string): Promise<void> {
    await tx.query('SELECT points_open_account($1)', [accountId]);
  }

  /** Whether an account's points were ever opened. */
  async hasAccount(tx: Tx, accountId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>('SELECT FROM point_account WHERE account_id = $1', [accountId]);
    return rows.length > 0;
  }

  /** Adds an entry and moves the balance with it, unless that is impossible or was done before. */
  async credit(tx: Tx, { accountId, amount, reason, idempotencyKey }: Credit): Promise<CreditOutcome> {
    const [row] = await tx.query<[EntryRow & { outcome: CreditOutcome['outcome'] }]>(
      'SELECT outcome, (entry).* FROM points_credit($1, $2, $3, $4)',
      [accountId, amount, reason, idempotencyKey],
    );
    const { outcome } = row;
    return outcome === 'applied' || outcome === 'repeated' ? { outcome, entry: toEntry(row) } : { outcome };
  }

  /** Entries of an account, newest first, older than the given one. */
  async listEntries(
    tx: Tx,
    accountId: string,
    { before, limit }: { before: string | null; limit: number },
  ): Promise<PointEntry[]> {
    const rows = await tx.query<EntryRow[]>(
      `SELECT ${ENTRY_COLUMNS} FROM point_entry
        WHERE account_id = $1 AND id < coalesce($2::bigint, 9223372036854775807) ORDER BY id DESC LIMIT $3`,
      [accountId, before, limit],
    );
    return rows.map(toEntry);
  }

  /** Available and held micropoints of those accounts that exist. */
  listBalances(
    tx: Tx,
    accountIds: readonly string[],
  ): Promise<{ account_id: string; available: string; held: string }[]> {
    return tx.query(
      `SELECT account_id, available, (SELECT coalesce(sum(points), 0) FROM hold WHERE hold.account_id = a.account_id) AS held
        FROM point_account AS a WHERE account_id = ANY ($1::bigint[])`,
      [accountIds],
    );
  }

  /** Replaces a key's limits. */
  async setBudget(tx: Tx, apiKeyId: string, { pointQuota, pointLimits, timeZone }: KeyBudget): Promise<void> {
    const limitOf = (period: Period) => pointLimits.find((limit) => limit.period === period)?.points ?? null;
    await tx.query('SELECT points_set_budget($1, $2, $3, $4, $5, $6, $7)', [
      apiKeyId,
      timeZone,
      pointQuota,
      limitOf('hour'),
      limitOf('day'),
      limitOf('week'),
      limitOf('month'),
    ]);
  }

  /** One row for each key asked for, known or not, exact. */
  listKeyPoints(tx: Tx, apiKeyIds: readonly string[]): Promise<KeyPointsRow[]> {
    return tx.query(
      `SELECT k.api_key_id, coalesce(s.points, 0) AS spent,
          (SELECT coalesce(sum(points), 0) FROM hold WHERE hold.api_key_id = k.api_key_id) AS held,
          ${LIMITS} AS limits
        FROM unnest($1::bigint[]) AS k (api_key_id) LEFT JOIN key_points_used($1) AS s USING (api_key_id)`,
      [apiKeyIds],
    );
  }

  /** The limits of each key asked for, known or not. */
  listLimits(tx: Tx, apiKeyIds: readonly string[]): Promise<Pick<KeyPointsRow, 'api_key_id' | 'limits'>[]> {
    return tx.query(`SELECT k.api_key_id, ${LIMITS} AS limits FROM unnest($1::bigint[]) AS k (api_key_id)`, [
      apiKeyIds,
    ]);
  }
}

function toEntry(row: EntryRow): PointEntry {
  return {
    id: row.id,
    accountId: row.account_id,
    amountMicropoints: Number(row.amount),
    availableAfterMicropoints: Number(row.available_after),
    reason: row.reason,
    idempotencyKey: row.idempotency_key,
    createdAt: row.created_at,
  };
}
