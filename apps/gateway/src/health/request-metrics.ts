import { Injectable } from '@nestjs/common';
import { DurationHistogram, type DurationSeries, MetricsRegistry } from '@tokenbay/platform';
import { ErrorCounts } from './error-counts.js';
import { RecentMean } from './recent-mean.js';
import { collectDefaultMetrics, Counter, Gauge } from 'prom-client';

const SECONDS_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

const LEDGER_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];

/** What the process counts of its requests. Counting is a map entry; Prometheus's own objects are filled when they are read. */
@Injectable()
export class RequestMetrics {
  private readonly served = new Map<string, number>();
  private readonly attempts = new Map<string, number>();
  private readonly duration: DurationSeries;
  private readonly firstByte: DurationSeries;
  private readonly reserveSeconds: DurationSeries;
  private readonly settleSeconds: DurationSeries;
  /** What requests have waited for their points lately. */
  readonly reserveWaits = new RecentMean();
  /** Requests since the process started, without those that were refused before anything was made of them. */
  requestsTaken = 0;
  private inFlight = 0;
  private charged = 0;
  private uncollected = 0;

  constructor(
    registry: MetricsRegistry,
    private readonly errors: ErrorCounts,
  ) {
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    this.duration = new DurationHistogram(registry, {
      name: 'tokenbay_request_duration_seconds',
      help: 'From the request head to the last byte of the answer.',
      buckets: SECONDS_BUCKETS,
    }).series();
    this.firstByte = new DurationHistogram(registry, {
      name: 'tokenbay_first_byte_seconds',
      help: 'From the request head to the first byte from an upstream.',
      buckets: SECONDS_BUCKETS,
    }).series();
    const ledger = new DurationHistogram(registry, {
      name: 'tokenbay_ledger_seconds',
      help: 'What a request waits for the ledger.',
      buckets: LEDGER_BUCKETS,
    });
    this.reserveSeconds = ledger.series({ operation: 'reserve' });
    this.settleSeconds = ledger.series({ operation: 'settle' });
    publishSum(
      registry,
      { name: 'tokenbay_charged_micropoints_total', help: 'Micropoints charged.' },
      () => this.charged,
    );
    publishSum(
      registry,
      { name: 'tokenbay_uncollected_micropoints_total', help: 'Micropoints of cost that nobody pays.' },
      () => this.uncollected,
    );
    const inFlight = (): number => this.inFlight;
    new Gauge({
      name: 'tokenbay_requests_in_flight',
      help: 'Requests that are being served.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
    publish(
      registry,
      {
        name: 'tokenbay_requests_total',
        help: 'Requests answered, by route, status and, for streams that broke after it was sent, the error code.',
        labels: ['route', 'status', 'broken_by'],
      },
      this.served,
    );
    publish(
      registry,
      { name: 'tokenbay_errors_total', help: 'Errors answered, by code.', labels: ['code'] },
      this.errors.byCode,
    );
    publish(
      registry,
      {
        name: 'tokenbay_upstream_attempts_total',
        help: 'Tries at channels, by channel id and result.',
        labels: ['channel', 'result'],
      },
      this.attempts,
    );
  }

  /** Requests that are being served. */
  get requestsInFlight(): number {
    return this.inFlight;
  }

  /** Counts a request in. */
  begin(): void {
    this.inFlight += 1;
    this.requestsTaken += 1;
  }

  /** Counts a request out. */
  end({ route, status, brokenBy, isPublic, seconds }: RequestEnd): void {
    this.inFlight -= 1;
    count(this.served, `${route}\n${status}\n${brokenBy ?? ''}`);
    if (!isPublic) this.duration.observe(seconds);
  }

  /** Counts what was charged and what nobody pays, in micropoints. */
  countCharge(points: number, uncollected: number): void {
    this.charged += points;
    this.uncollected += uncollected;
  }

  observeLedger(operation: 'reserve' | 'settle', seconds: number): void {
    if (operation === 'reserve') this.reserveWaits.note(seconds * 1000);
    (operation === 'reserve' ? this.reserveSeconds : this.settleSeconds).observe(seconds);
  }

  /** Counts a request that was refused before it began. */
  countRefusal(route: string, status: number): void {
    count(this.served, `${route}\n${status}\n`);
  }

  countError(code: string): void {
    this.errors.count(code);
  }

  countAttempt(channelId: string, result: string): void {
    count(this.attempts, `${channelId}\n${result}`);
  }

  observeFirstByte(seconds: number): void {
    this.firstByte.observe(seconds);
  }
}

/** How a request ended. */
export interface RequestEnd {
  /** The pattern, never the path. */
  readonly route: string;
  /** 0 where the client left before anything was answered. */
  readonly status: number;
  readonly brokenBy: string | undefined;
  /** Probes of health are counted, but not timed. */
  readonly isPublic: boolean;
  readonly seconds: number;
}

interface CounterShape {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function publish(
  registry: MetricsRegistry,
  { name, help, labels }: CounterShape,
  counts: ReadonlyMap<string, number>,
): void {
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const [key, value] of counts) {
        const values = key.split('\n');
        this.inc(Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ''])), value);
      }
    },
  });
}

function publishSum(registry: MetricsRegistry, { name, help }: Omit<CounterShape, 'labels'>, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
