import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';
import type { WebhookAttempt, WebhookState, WebhookType } from './webhook-delivery.js';

/** A row of `webhook_delivery`. */
export interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly account_id: string;
  readonly task_id: string;
  readonly type: WebhookType;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly attempt_at: Date | null;
  readonly last_status: number | null;
  readonly last_problem: string | null;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

/** A leased row with its account's endpoint. */
export interface DueRow extends DeliveryRow {
  readonly url: string | null;
  readonly secret: Buffer | null;
  /** Those that it has replaced and that still sign, youngest first. */
  readonly former_secrets: readonly Buffer[];
}

/** How many deliveries to lease, for whom, and for how long. */
export interface LeaseRequest {
  readonly limit: number;
  readonly perAccountMax: number;
  /** The account of each attempt that runs: as many fewer are leased for it. */
  readonly runningAccountIds: readonly string[];
  readonly leaseMs: number;
}

/** Which attempt it was: what came of an older one changes nothing. */
export interface AttemptKey {
  readonly id: string;
  readonly attempts: number;
}

const COLUMNS = `d.id, d.event_id, d.account_id, d.task_id, d.type, d.state, d.attempts, d.attempt_at, d.last_status, d.last_problem,
  d.created_at, d.ended_at`;
/** Due deliveries that are looked at to find those to lease, so that a backlog of one account costs no more. */
const LOOKED_AT_MAX = 1_000;

/** Reads and writes `webhook_delivery`. Rows are added by a trigger, in the transaction that ends a task. */
@Injectable()
export class WebhookDeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** Takes deliveries that are due, those that wait longest first; until the lease is over nobody else takes them. */
  async lease({ limit, perAccountMax, runningAccountIds, leaseMs }: LeaseRequest): Promise<DueRow[]> {
    const { rows } = await this.database.pool('task').query<DueRow>(
      `WITH running AS (
         SELECT account_id, count(*) AS count FROM unnest($3::bigint[]) AS r (account_id) GROUP BY account_id
       ), waiting AS (
         SELECT id, account_id, attempt_at FROM webhook_delivery
         WHERE attempt_at <= clock_timestamp() AND account_id NOT IN (SELECT account_id FROM running WHERE count >= $2)
         ORDER BY attempt_at LIMIT ${LOOKED_AT_MAX}
       ), chosen AS (
         SELECT id FROM (SELECT id, account_id, attempt_at, row_number() OVER (PARTITION BY account_id ORDER BY attempt_at) AS place FROM waiting) AS w
         LEFT JOIN running AS r USING (account_id) WHERE place + coalesce(r.count, 0) <= $2 ORDER BY attempt_at LIMIT $1
       ), due AS (
         SELECT id, account_id FROM webhook_delivery
         WHERE id IN (SELECT id FROM chosen) AND attempt_at <= clock_timestamp() FOR NO KEY UPDATE SKIP LOCKED
       )
       UPDATE webhook_delivery AS d SET attempts = d.attempts + 1, attempt_at = clock_timestamp() + $4 * interval '1 ms'
       FROM due LEFT JOIN webhook_endpoint AS e ON e.account_id = due.account_id
       WHERE d.id = due.id RETURNING ${COLUMNS}, e.url, e.secret, ARRAY(
         SELECT f.secret FROM webhook_former_secret AS f WHERE f.account_id = d.account_id AND f.signs_until > clock_timestamp() ORDER BY f.id DESC
       ) AS former_secrets`,
      [limit, perAccountMax, runningAccountIds, leaseMs],
    );
    return rows;
  }

  /** Ends a delivery, delivered or given up. */
  async end({ id, attempts }: AttemptKey, state: WebhookState, { status, problem }: WebhookAttempt): Promise<void> {
    await this.database.pool('task').query(
      `UPDATE webhook_delivery SET state = $3, last_status = $4, last_problem = $5, attempt_at = NULL, ended_at = clock_timestamp()
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [id, attempts, state, status, problem],
    );
  }

  /** Puts a delivery off; answers its state, which is `failed` where it would be tried later than `withinMs` after it was made. */
  async putOff(
    { id, attempts }: AttemptKey,
    { status, problem }: WebhookAttempt,
    { delayMs, withinMs }: { readonly delayMs: number; readonly withinMs: number },
  ): Promise<WebhookState | undefined> {
    const { rows } = await this.database.pool('task').query<{ state: WebhookState }>(
      `UPDATE webhook_delivery AS d SET last_status = $3, last_problem = $4,
         state = CASE WHEN next_at > created_at + $6 * interval '1 ms' THEN 'failed' ELSE state END,
         attempt_at = CASE WHEN next_at > created_at + $6 * interval '1 ms' THEN NULL ELSE next_at END,
         ended_at = CASE WHEN next_at > created_at + $6 * interval '1 ms' THEN clock_timestamp() END
       FROM (SELECT clock_timestamp() + $5 * interval '1 ms' AS next_at) AS n
       WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING d.state`,
      [id, attempts, status, problem, delayMs, withinMs],
    );
    return rows[0]?.state;
  }

  /** Gives up a lease whose attempt was broken off by us, as if it had not been. */
  async handBack({ id, attempts }: AttemptKey): Promise<void> {
    await this.database.pool('task').query(
      `UPDATE webhook_delivery SET attempts = attempts - 1, attempt_at = clock_timestamp()
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [id, attempts],
    );
  }

  /** An account's deliveries, newest first, older than the given one. */
  async list(accountId: string, before: string | null, limit: number): Promise<DeliveryRow[]> {
    const { rows } = await this.database.pool('report').query<DeliveryRow>(
      `SELECT ${COLUMNS} FROM webhook_delivery AS d WHERE account_id = $1 AND ($2::bigint IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [accountId, before, limit],
    );
    return rows;
  }

  /** How many wait for an attempt, and since how many seconds the oldest has. */
  async countPending(): Promise<{ pending: number; oldestSeconds: number }> {
    const { rows } = await this.database.pool('task').query<{ pending: number; oldestSeconds: number }>(
      `SELECT count(*)::integer AS pending,
              coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS "oldestSeconds"
       FROM webhook_delivery WHERE attempt_at IS NOT NULL`,
    );
    return rows[0] ?? { pending: 0, oldestSeconds: 0 };
  }

  /** Deletes deliveries that were over so long ago; answers how many. */
  async forget(afterDays: number, limit: number): Promise<number> {
    const { rowCount } = await this.database.pool('task').query(
      `DELETE FROM webhook_delivery WHERE id IN (
         SELECT id FROM webhook_delivery WHERE ended_at < clock_timestamp() - $1 * interval '1 day'
         ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [afterDays, limit],
    );
    return rowCount ?? 0;
  }
}
