import type { Metric } from 'prom-client';
import type { MetricsRegistry } from './metrics-registry.js';

/** Its name and help as Prometheus shows them, and the buckets' upper bounds in seconds, ascending. */
export interface DurationHistogramShape {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
}

/** One series of a histogram: an observation costs a few comparisons and two additions. */
export class DurationSeries {
  /** Observations by the first bucket that holds them; the last is for those that none holds. */
  readonly counts: number[];
  sum = 0;

  constructor(
    readonly labels: Readonly<Record<string, string>>,
    private readonly buckets: readonly number[],
  ) {
    this.counts = new Array<number>(buckets.length + 1).fill(0);
  }

  observe(seconds: number): void {
    const { buckets, counts } = this;
    let index = 0;
    while (index < buckets.length && seconds > buckets[index]!) index += 1;
    counts[index]! += 1;
    this.sum += seconds;
  }
}

/**
 * A histogram of durations in Prometheus's terms for what happens several times in every request: prom-client's own looks its labels up and
 * makes objects for each observation. Rendered, they look alike.
 */
export class DurationHistogram {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  private readonly buckets: readonly number[];
  private readonly all: DurationSeries[] = [];

  constructor(registry: MetricsRegistry, { name, help, buckets }: DurationHistogramShape) {
    this.name = name;
    this.help = help;
    this.buckets = buckets;
    // The registry asks a metric for nothing but what is here.
    registry.registerMetric(this as unknown as Metric);
  }

  /** Adds a series; each set of labels once. */
  series(labels: Readonly<Record<string, string>> = {}): DurationSeries {
    const series = new DurationSeries(labels, this.buckets);
    this.all.push(series);
    return series;
  }

  /** What the registry renders: cumulative counts by bucket, the sum, the count. */
  get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    return Promise.resolve({
      name,
      help,
      type,
      aggregator,
      values: this.all.flatMap((series) => this.valuesOf(series)),
    });
  }

  /** Forgets everything observed. */
  reset(): void {
    for (const series of this.all) {
      series.counts.fill(0);
      series.sum = 0;
    }
  }

  private valuesOf({ labels, counts, sum }: DurationSeries): object[] {
    let count = 0;
    const cumulative = counts.map((inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${this.name}_bucket`,
        labels: { le: this.buckets[index] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...cumulative,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
