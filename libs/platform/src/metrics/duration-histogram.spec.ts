import { Histogram } from 'prom-client';
import { DurationHistogram } from './duration-histogram.js';
import { MetricsRegistry } from './metrics-registry.js';

const shape = { name: 'a_seconds', help: 'What it takes.', buckets: [0.005, 0.1, 1] };
const OBSERVED = { reserve: [0, 0.005, 0.0051, 0.5, 1, 1.5, 99], settle: [0.01, 0.01] };

describe('a histogram of durations', () => {
  it("renders what prom-client's own histogram renders of the same observations", async () => {
    const ours = new MetricsRegistry();
    const theirs = new MetricsRegistry();
    const histogram = new DurationHistogram(ours, shape);
    const model = new Histogram({
      ...shape,
      buckets: [...shape.buckets],
      labelNames: ['operation'],
      registers: [theirs],
    });
    for (const [operation, observed] of Object.entries(OBSERVED)) {
      const series = histogram.series({ operation });
      for (const seconds of observed) {
        series.observe(seconds);
        model.labels(operation).observe(seconds);
      }
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
  });

  it('begins at zero and can be reset', async () => {
    const registry = new MetricsRegistry();
    const series = new DurationHistogram(registry, shape).series();
    const atRest = await registry.metrics();
    expect(atRest).toContain('a_seconds_count 0');
    series.observe(0.3);
    expect(await registry.metrics()).toContain('a_seconds_bucket{le="1"} 1');
    registry.resetMetrics();
    expect(await registry.metrics()).toBe(atRest);
  });
});
