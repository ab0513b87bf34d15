import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '@tokenbay/platform';
import { Counter, Gauge, Histogram } from 'prom-client';
import { LedgerInstance } from './ledger-instance.js';
import { LedgerRepository } from './ledger.repository.js';
import { Recovery } from './recovery.js';
import { ReserveLane } from './reserve-lane.js';
import { SettleLane } from './settle-lane.js';

const LINES_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * What this process's ledger tells of itself. Requests pay nothing for it: batches are counted one by one, everything else is looked up
 * when the metrics are scraped.
 */
@Injectable()
export class LedgerMetrics {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly instance: LedgerInstance,
    private readonly reserves: ReserveLane,
    private readonly settles: SettleLane,
    private readonly recovery: Recovery,
    ledger: LedgerRepository,
  ) {
    this.publishBatches(ledger);
    this.publishLanes();
    this.publishHolds();
    this.publishAlarms();
  }

  private publishBatches(ledger: LedgerRepository): void {
    const lines = this.histogram('batch_lines', 'Lines of a batch, by lane.', LINES_BUCKETS);
    const seconds = this.histogram(
      'batch_seconds',
      'How long the database took for a batch, by lane.',
      SECONDS_BUCKETS,
    );
    const lanes = {
      reserve: { lines: lines.labels('reserve'), seconds: seconds.labels('reserve') },
      settle: { lines: lines.labels('settle'), seconds: seconds.labels('settle') },
    };
    ledger.whenSent = (lane, count, ms) => {
      lanes[lane].lines.observe(count);
      lanes[lane].seconds.observe(ms / 1000);
    };
  }

  private publishLanes(): void {
    const { reserves, settles } = this;
    this.gauge('reserves_waiting', 'Requests that wait for points from the database.', () => reserves.waitingCount);
    this.gauge('settles_waiting', 'Requests that wait to be booked.', () => settles.waitingCount);
    this.gauge(
      'oldest_settle_seconds',
      'How long the oldest of them has waited.',
      () => settles.ageMs(performance.now()) / 1000,
    );
    this.gauge(
      'doubts',
      'Requests that could not be booked in time, of which nobody knows yet whether they were.',
      () => settles.doubts.length,
    );
    this.gauge('recovering', '1 while memory may differ from the database and lends nothing.', () =>
      Number(!this.recovery.isOver),
    );
    this.gauge('fenced', '1 while this process may have been declared dead and lends nothing.', () =>
      Number(!this.instance.isLeased(performance.now())),
    );
    this.gauge(
      'live_processes',
      'Processes that held a lease at the last heartbeat.',
      () => this.instance.current?.livesMax ?? 0,
    );
  }

  private publishHolds(): void {
    const escrows = () => [...(this.instance.current?.escrows.values() ?? [])];
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    this.gauge('holds', 'Holds of this process.', () => this.instance.current?.escrows.size ?? 0);
    this.gauge('headroom_micropoints', 'Held by this process beyond its requests.', () =>
      sum(escrows().map(({ free }) => Math.max(free, 0))),
    );
    this.gauge('taken_micropoints', 'Held by this process for its requests.', () =>
      sum(escrows().map(({ taken }) => taken)),
    );
  }

  private publishAlarms(): void {
    const { settles } = this;
    this.counter(
      'quarantined_total',
      'Requests that the database refused to book, and that were not charged.',
      () => settles.quarantined,
    );
    this.counter('conflicts_total', 'Requests that were booked before with another amount.', () => settles.conflicts);
    this.counter(
      'refunds_total',
      'Answers that were cut although they had been booked, and were refunded.',
      () => this.recovery.refunds,
    );
  }

  private histogram(name: string, help: string, buckets: number[]): Histogram<'lane'> {
    return new Histogram({
      name: `tokenbay_ledger_${name}`,
      help,
      labelNames: ['lane'],
      buckets,
      registers: [this.registry],
    });
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `tokenbay_ledger_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  private counter(name: string, help: string, read: () => number): void {
    new Counter({
      name: `tokenbay_ledger_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
