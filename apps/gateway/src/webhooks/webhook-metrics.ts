import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '@tokenbay/platform';
import { Counter, Gauge } from 'prom-client';

/** What came of an attempt: the receiver has it, it is tried again, or it never will be. */
export type AttemptResult = 'delivered' | 'put_off' | 'given_up';

/** What this process tells of webhooks. What waits is the same for all processes, so the largest figure of them is the figure. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'result'>;
  private readonly pending: Gauge;
  private readonly oldest: Gauge;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'tokenbay_webhook_attempts_total',
      help: 'Attempts to tell an account of a task, by result.',
      labelNames: ['result'],
      registers,
    });
    this.pending = new Gauge({
      name: 'tokenbay_webhook_deliveries_pending',
      help: 'Webhooks that have neither arrived nor been given up.',
      aggregator: 'max',
      registers,
    });
    this.oldest = new Gauge({
      name: 'tokenbay_webhook_oldest_pending_seconds',
      help: 'Since when the oldest of them is due to arrive.',
      aggregator: 'max',
      registers,
    });
  }

  countAttempt(result: AttemptResult): void {
    this.attempts.inc({ result });
  }

  showPending({ pending, oldestSeconds }: { readonly pending: number; readonly oldestSeconds: number }): void {
    this.pending.set(pending);
    this.oldest.set(oldestSeconds);
  }
}
