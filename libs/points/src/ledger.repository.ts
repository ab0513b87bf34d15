import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Database } from '@tokenbay/platform';
import type { Charge, SettleOutcome } from './charge.js';
import { toChargeRow } from './charge-row.js';
import type { Hold, ReserveRequest } from './hold.js';
import { LedgerTimes } from './ledger-times.js';
import { runBounded } from './run-bounded.js';

/** What `points_reserve` answers; who refused, if anybody did, in the contract's order. */
export type Grant =
  | { readonly outcome: 'granted'; readonly points: number; readonly windowNo: number }
  | { readonly outcome: 'fenced' | 'account' | 'quota' }
  | { readonly outcome: 'period'; readonly retryAfterSeconds: number };

/** The identity of a hold. */
export type HoldId = Pick<Hold, 'ownerId' | 'holdNo'>;

type LedgerPool = 'reserve' | 'settle' | 'config';
type Statement = Parameters<typeof runBounded>[1];

const REFUND_REASON = 'The answer was cut before its end.';
const SETTLE_VALUES = Array.from({ length: 26 }, (_, index) => `$${index + 1}`).join(', ');
const SETTLE = `SELECT funding, points, uncollected, repeated FROM points_settle(${SETTLE_VALUES})`;

/** The statements that requests wait for, and those of the process that makes them: prepared, bounded in time, one round trip each. */
@Injectable()
export class LedgerRepository {
  constructor(
    private readonly database: Database,
    private readonly times: LedgerTimes,
  ) {}

  /** Takes a new hold, or tells why not. */
  async reserve({ ownerId, holdNo }: HoldId, request: ReserveRequest): Promise<Grant> {
    const { accountId, apiKeyId, budgeted, least, need, extra = 0 } = request;
    const [outcome, points, windowNo, retryAfterSeconds] = await this.ask<[Grant['outcome'], string, number, number]>(
      'reserve',
      {
        name: 'points_reserve',
        text: 'SELECT outcome, granted, window_no, retry_after_seconds FROM points_reserve($1, $2, $3, $4, $5, $6, $7)',
        values: [ownerId, holdNo, accountId, budgeted ? apiKeyId : null, least, need, extra],
      },
    );
    if (outcome === 'granted') return { outcome, points: Number(points), windowNo };
    return outcome === 'period' ? { outcome, retryAfterSeconds } : { outcome };
  }

  /** Books a request, durably, and removes its hold. The same request a second time changes nothing. */
  async settle(
    { ownerId, holdNo, points: held, windowNo, accountId, apiKeyId }: Hold,
    charge: Charge,
  ): Promise<SettleOutcome> {
    const [funding, points, uncollected, repeated] = await this.ask<
      [SettleOutcome['funding'], string, string, boolean]
    >('settle', {
      name: 'points_settle',
      text: SETTLE,
      values: [ownerId, holdNo, held, windowNo, ...toChargeRow(accountId, apiKeyId, charge)],
    });
    return { funding, points: Number(points), uncollected: Number(uncollected), repeated };
  }

  /** Gives a hold back whole; nothing happens where it is gone. */
  async release({ ownerId, holdNo }: HoldId): Promise<void> {
    await this.run('reserve', {
      name: 'points_release',
      text: 'SELECT points_release($1, $2)',
      values: [ownerId, holdNo],
    });
  }

  /** Gives back what a request was charged although its answer never ended, once. */
  async refund({ accountId }: Hold, { requestId }: Charge, points: number): Promise<void> {
    await this.run('settle', {
      text: 'SELECT outcome FROM points_credit($1, $2, $3, $4)',
      values: [accountId, points, REFUND_REASON, `refund:${requestId}`],
    });
  }

  /** The numbers of all holds of an owner. */
  async listHoldNumbers(ownerId: string): Promise<number[]> {
    const rows = await this.run<[string]>('config', {
      text: 'SELECT hold_no FROM hold WHERE owner_id = $1',
      values: [ownerId],
    });
    return rows.map(([holdNo]) => Number(holdNo));
  }

  /** Makes a process known as one that may hold points. */
  async register(instanceId: string): Promise<void> {
    await this.run('config', {
      text: `WITH instance AS (INSERT INTO gateway_instance (instance_id) VALUES ($1))
        INSERT INTO gateway_lease (instance_id, lease_until) VALUES ($1, clock_timestamp() + make_interval(secs => $2))`,
      values: [instanceId, this.times.leaseMs / 1_000],
    });
  }

  /** Prolongs the lease; false where the instance was ended meanwhile. */
  async heartbeat(instanceId: string): Promise<boolean> {
    const rows = await this.run('config', {
      name: 'points_heartbeat',
      text: `UPDATE gateway_lease SET lease_until = clock_timestamp() + make_interval(secs => $2) WHERE instance_id = $1 RETURNING true`,
      values: [instanceId, this.times.leaseMs / 1_000],
    });
    return rows.length === 1;
  }

  /** Ends the instance whose lease ran out first and gives back what it held; null where none did, or another process is at it. */
  async reapNext(): Promise<string | null> {
    const [instanceId] = await this.ask<[string | null]>('config', { text: 'SELECT points_reap_next()' });
    return instanceId;
  }

  /** Ends an instance in good order; answers how many micropoints it gave back. */
  async stop(instanceId: string): Promise<number> {
    const [points] = await this.ask<[string]>('config', {
      text: `SELECT points_reap($1, 'stopped')`,
      values: [instanceId],
    });
    return Number(points);
  }

  /** Sees to it that the usage log has partitions for the months to come. */
  async preparePartitions(): Promise<void> {
    await this.run('config', { text: 'SELECT charge_prepare_partitions()' });
  }

  /** Runs a statement that answers exactly one row. */
  private async ask<Row extends unknown[]>(pool: LedgerPool, statement: Statement): Promise<Row> {
    const [row] = await this.run<Row>(pool, statement);
    if (!row) throw new DomainError('internal_error', 'the ledger answered nothing');
    return row;
  }

  private run<Row extends unknown[]>(pool: LedgerPool, statement: Statement): Promise<Row[]> {
    return runBounded<Row>(this.database.pool(pool), statement, this.times.statementMs);
  }
}
