import { Injectable } from '@nestjs/common';
import { Database, MetricsRegistry } from '@tokenbay/platform';
import { Gauge } from 'prom-client';
import { runBounded } from '../run-bounded.js';
import type { AuditKind } from './ledger-auditor.js';

interface Run {
  readonly kind: AuditKind;
  readonly endedAtSeconds: number;
  readonly durationSeconds: number;
  readonly accounts: number;
}

const RUNS = `
  SELECT kind, extract(epoch FROM ended_at)::float8, duration_ms / 1000.0::float8, greatest(cardinality(accounts), sign(differences)::integer)
    FROM audit_run`;
/** Whoever scrapes does not wait longer for the database. */
const TIMEOUT_MS = 1_000;
/** The gauges of one scrape share one look at the table. */
const FRESH_MS = 500;

/**
 * Shows how the last audits ended, whoever did them: read from the table `audit_run` when the metrics are scraped. While the database is
 * away they stay as last read.
 */
@Injectable()
export class AuditMetrics {
  private readAtMs = -Infinity;
  private reading: Promise<readonly Run[]> = Promise.resolve([]);

  constructor(
    registry: MetricsRegistry,
    private readonly database: Database,
  ) {
    const publish = (name: string, help: string, valueOf: (run: Run) => number): void => {
      const read = (): Promise<readonly Run[]> => this.read();
      new Gauge({
        name: `tokenbay_audit_${name}`,
        help,
        labelNames: ['audit'],
        registers: [registry],
        async collect() {
          for (const run of await read()) this.set({ audit: run.kind }, valueOf(run));
        },
      });
    };
    publish(
      'accounts_with_difference',
      'Accounts whose books did not agree at the last audit.',
      ({ accounts }) => accounts,
    );
    publish(
      'ended_timestamp_seconds',
      'When the last audit ended, by the clock of the database.',
      ({ endedAtSeconds }) => endedAtSeconds,
    );
    publish('duration_seconds', 'How long the last audit took.', ({ durationSeconds }) => durationSeconds);
  }

  private read(): Promise<readonly Run[]> {
    const nowMs = performance.now();
    if (nowMs - this.readAtMs < FRESH_MS) return this.reading;
    this.readAtMs = nowMs;
    this.reading = runBounded<[AuditKind, number, number, number]>(
      this.database.pool('config'),
      { name: 'audit_runs', text: RUNS },
      TIMEOUT_MS,
    ).then(
      (rows) =>
        rows.map(([kind, endedAtSeconds, durationSeconds, accounts]) => ({
          kind,
          endedAtSeconds,
          durationSeconds,
          accounts,
        })),
      () => [],
    );
    return this.reading;
  }
}
