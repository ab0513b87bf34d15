import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '@tokenbay/platform';
import { ErrorCounts } from './error-counts.js';
import { collectDefaultMetrics, Counter, Gauge, Histogram } from 'prom-client';

const SECONDS_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** What the process counts of its requests. Counting is a map entry; Prometheus's own objects are filled when they are read. */
@Injectable()
export class RequestMetrics {
  private readonly served = new Map<string, number>();
  private readonly attempts = new Map<string, number>();
  private readonly duration: Histogram;
  private readonly firstByte: Histogram;
  private inFlight = 0;

  constructor(
    registry: MetricsRegistry,
    private readonly errors: ErrorCounts,
  ) {
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    this.duration = new Histogram({
      name: 'tokenbay_request_duration_seconds',
      help: 'From the request head to the last byte of the answer.',
      buckets: SECONDS_BUCKETS,
      registers,
    });
    this.firstByte = new Histogram({
      name: 'tokenbay_first_byte_seconds',
      help: 'From the request head to the first byte from an upstream.',
      buckets: SECONDS_BUCKETS,
      registers,
    });
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
      { name: 'tokenbay_requests_total', help: 'Requests answered, by route and status.', labels: ['route', 'status'] },
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

  /** Counts a request in. */
  begin(): void {
    this.inFlight += 1;
  }

  /** Counts a request out. `route` is the pattern, never the path. */
  end(route: string, status: number, seconds: number): void {
    this.inFlight -= 1;
    this.duration.observe(seconds);
    count(this.served, `${route}\n${status}`);
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
