import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Database } from '@tokenbay/platform';
import type { SettleOutcome } from './charge.js';
import type { Escrow } from './escrow.js';
import type { Hold } from './hold.js';
import { LedgerTimes } from './ledger-times.js';
import { runBounded } from './run-bounded.js';
import type { SettleLine } from './settle-line.js';
import { plainArray, plainColumn, textColumn } from './sql-array.js';

/** What is asked for one hold; amounts are micropoints. A negative need gives back. */
export interface ReserveLine {
  readonly escrow: Escrow;
  readonly least: number;
  readonly need: number;
  /** On top where it is at most a hundredth of what is then left. */
  readonly tip: number;
  /** Lent ahead at most. */
  readonly extra: number;
  readonly unit: number;
}

/** What `points_reserve` answers for one hold. */
export interface ReserveAnswer {
  readonly holdNo: number;
  readonly outcome: 'granted' | 'window' | 'sequence';
  readonly granted: number;
  readonly accountLeft: number;
  readonly quotaLeft: number;
  readonly periodLeft: number;
  readonly windowNo: number;
  /** How long the hold may be used from when the reserve was sent. */
  readonly windowMs: number;
  readonly retryAfterSeconds: number;
}

/** A hold as it stands in the database. */
export interface HoldRow {
  readonly holdNo: number;
  readonly accountId: string;
  readonly apiKeyId: string | null;
  readonly windowNo: number;
  readonly points: number;
  readonly sequence: number;
}

type LedgerPool = 'reserve' | 'settle' | 'config';
type Statement = Parameters<typeof runBounded>[1];
type ReserveColumns = [
  string,
  ReserveAnswer['outcome'],
  string,
  ...(string | null)[],
  number,
  number | null,
  number | null,
];

const REFUND_REASON = 'The answer was cut before its end.';
const RESERVE = `SELECT hold_no, outcome, granted, account_left, quota_left, period_left, window_no, window_ms, retry_after_seconds
  FROM points_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
const SETTLE_VALUES = Array.from({ length: 27 }, (_, index) => `$${index + 1}`).join(', ');
const SETTLE = `SELECT n, funding, points, uncollected, repeated FROM points_settle(${SETTLE_VALUES})`;
/** How long a server process may take to end before one looks what became of its statement. */
const TERMINATE_MS = 1_000;

/** The statements that requests wait for, and those of the process that makes them: prepared, bounded in time, one round trip each. */
@Injectable()
export class LedgerRepository {
  /** Told of each batch: its lane, its lines, and how many milliseconds the database took, answered or not. */
  whenSent: (lane: 'reserve' | 'settle', lines: number, ms: number) => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly times: LedgerTimes,
  ) {}

  /** Moves points between accounts and holds of one process; one answer for each line, or none at all where the process was ended. */
  async reserve(ownerId: string, lines: readonly ReserveLine[]): Promise<ReserveAnswer[]> {
    const hasBudgets = lines.some(({ escrow }) => escrow.budgetedKeyId !== null);
    const rows = await this.send<ReserveColumns>('reserve', lines.length, {
      name: 'points_reserve',
      text: RESERVE,
      values: [
        ownerId,
        plainColumn(lines, ({ escrow }) => escrow.holdNo),
        plainColumn(lines, ({ escrow }) => escrow.sequence + 1),
        plainColumn(lines, ({ escrow }) => escrow.accountId),
        hasBudgets ? plainColumn(lines, ({ escrow }) => escrow.budgetedKeyId) : null,
        plainColumn(lines, ({ least }) => least),
        plainColumn(lines, ({ need }) => need),
        plainColumn(lines, ({ tip }) => tip),
        plainColumn(lines, ({ extra }) => extra),
        plainColumn(lines, ({ unit }) => unit),
        plainColumn(lines, ({ escrow }) => escrow.share()),
      ],
    });
    return rows.map(toAnswer);
  }

  /** Books requests of one process, durably; answers how each stands in the books then, in order. A repetition changes nothing. */
  async settle(ownerId: string, lines: readonly SettleLine[]): Promise<SettleOutcome[]> {
    const rows = await this.send<[number, SettleOutcome['funding'], string, string, boolean]>('settle', lines.length, {
      name: 'points_settle',
      text: SETTLE,
      values: [ownerId, ...toSettleValues(lines)],
    });
    const outcomes = lines.map<SettleOutcome>(({ points, uncollected }) => ({
      funding: 'hold',
      points,
      uncollected,
      repeated: false,
    }));
    for (const [n, funding, points, uncollected, repeated] of rows)
      outcomes[n - 1] = { funding, points: Number(points), uncollected: Number(uncollected), repeated };
    return outcomes;
  }

  /** Gives back what a request was charged although its answer never ended, once. */
  async refund({ accountId }: Hold, requestId: string, points: number): Promise<void> {
    await this.run('settle', {
      text: 'SELECT outcome FROM points_credit($1, $2, $3, $4)',
      values: [accountId, points, REFUND_REASON, `refund:${requestId}`],
    });
  }

  /** All holds of an owner, or null where it was ended. */
  async listHolds(ownerId: string): Promise<HoldRow[] | null> {
    const rows = await this.run<[string | null, string, string | null, number, string, number]>('config', {
      text: `SELECT h.hold_no, h.account_id, h.api_key_id, h.window_no, h.points, h.sequence
        FROM gateway_instance AS i LEFT JOIN hold AS h ON h.owner_id = i.instance_id WHERE i.instance_id = $1 AND i.state = 'live'`,
      values: [ownerId],
    });
    if (rows.length === 0) return null;
    return rows.flatMap(([holdNo, accountId, apiKeyId, windowNo, points, sequence]) =>
      holdNo === null
        ? []
        : [{ holdNo: Number(holdNo), accountId, apiKeyId, windowNo, points: Number(points), sequence }],
    );
  }

  /** Deletes holds that have no points; answers the numbers of those that are gone. */
  async forgetHolds(ownerId: string, holdNumbers: readonly number[]): Promise<number[]> {
    const rows = await this.run<[string]>('reserve', {
      text: 'SELECT points_forget_holds($1, $2)',
      values: [ownerId, plainArray(holdNumbers)],
    });
    return rows.map(([holdNo]) => Number(holdNo));
  }

  /** Ends server processes that were given up on, so that what they were asked has either happened or never will. */
  async endProcesses(processIds: readonly number[]): Promise<void> {
    await this.run('config', {
      text: 'SELECT points_end_processes($1, $2)',
      values: [plainArray(processIds), TERMINATE_MS],
    });
  }

  /** Makes a process known as one that may hold points. */
  async register(instanceId: string): Promise<void> {
    await this.run('config', {
      text: 'SELECT points_register($1, make_interval(secs => $2))',
      values: [instanceId, this.times.leaseMs / 1_000],
    });
  }

  /** Prolongs the lease; answers how many processes are alive, or 0 where this one was ended meanwhile. */
  async heartbeat(instanceId: string): Promise<number> {
    const [lives] = await this.ask<[number | null]>('config', {
      name: 'points_heartbeat',
      text: 'SELECT points_heartbeat($1, make_interval(secs => $2))',
      values: [instanceId, this.times.leaseMs / 1_000],
    });
    return lives ?? 0;
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

  /** Runs a statement that answers exactly one row. */
  private async ask<Row extends unknown[]>(pool: LedgerPool, statement: Statement): Promise<Row> {
    const [row] = await this.run<Row>(pool, statement);
    if (!row) throw new DomainError('internal_error', 'the ledger answered nothing');
    return row;
  }

  private send<Row extends unknown[]>(lane: 'reserve' | 'settle', lines: number, statement: Statement): Promise<Row[]> {
    const sentAtMs = performance.now();
    return this.run<Row>(lane, statement).finally(() => this.whenSent(lane, lines, performance.now() - sentAtMs));
  }

  private run<Row extends unknown[]>(pool: LedgerPool, statement: Statement): Promise<Row[]> {
    return runBounded<Row>(this.database.pool(pool), statement, this.times.statementMs);
  }
}

function toAnswer(columns: ReserveColumns): ReserveAnswer {
  const [holdNo, outcome, granted, account, quota, period, windowNo, windowMs, retryAfterSeconds] = columns as [
    ...[string, ReserveAnswer['outcome'], string, string | null, string | null, string | null],
    ...[number, number | null, number | null],
  ];
  return {
    holdNo: Number(holdNo),
    outcome,
    granted: Number(granted),
    accountLeft: orNoLimit(account),
    quotaLeft: orNoLimit(quota),
    periodLeft: orNoLimit(period),
    windowNo,
    windowMs: windowMs ?? Infinity,
    retryAfterSeconds: retryAfterSeconds ?? 0,
  };
}

function orNoLimit(left: string | null): number {
  return left === null ? Infinity : Number(left);
}

function toSettleValues(lines: readonly SettleLine[]): string[] {
  const rows = lines.map(({ row }) => row);
  return [
    plainColumn(lines, ({ holdNo }) => holdNo),
    plainColumn(lines, ({ back }) => back ?? 0),
    plainColumn(lines, ({ charge }) => charge.requestId),
    plainColumn(lines, ({ hold }) => hold.accountId),
    plainColumn(lines, ({ hold }) => hold.apiKeyId),
    plainColumn(lines, ({ hold }) => hold.windowNo),
    plainColumn(lines, ({ points }) => points),
    plainColumn(lines, ({ hold }) => hold.points),
    plainColumn(lines, ({ uncollected }) => uncollected),
    textColumn(rows, ({ model }) => model),
    plainColumn(rows, ({ channelId }) => channelId),
    plainColumn(rows, ({ dialect }) => dialect),
    plainColumn(rows, ({ stream }) => stream),
    plainColumn(rows, ({ status }) => status),
    textColumn(rows, ({ code }) => code),
    plainColumn(rows, ({ outcome }) => outcome),
    plainColumn(rows, ({ inputTokens }) => inputTokens),
    plainColumn(rows, ({ cachedInputTokens }) => cachedInputTokens),
    plainColumn(rows, ({ cacheWriteTokens }) => cacheWriteTokens),
    plainColumn(rows, ({ outputTokens }) => outputTokens),
    plainColumn(rows, ({ reasoningTokens }) => reasoningTokens),
    plainColumn(rows, ({ usageSource }) => usageSource),
    plainColumn(rows, ({ priceVersion }) => priceVersion),
    plainColumn(rows, ({ latencyMs }) => latencyMs),
    plainColumn(rows, ({ firstByteMs }) => firstByteMs),
    `[${rows.map(({ receipt }) => receipt).join(',')}]`,
  ];
}
