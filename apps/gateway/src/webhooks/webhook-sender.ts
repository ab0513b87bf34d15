import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { ChangeFeed, describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { type DueWebhook, WebhookDeliveriesService } from '@tokenbay/webhooks';
import { WebhookAttempts } from './webhook-attempts.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Attempts of this process at the same time, and of those to one account. */
const PARALLEL_MAX = 16;
const PER_ACCOUNT_MAX = 4;
/** Longer than an attempt and its booking can take. */
const LEASE_MS = 60_000;
/** New messages are heard of at once; those that are put off are looked for so often. */
const LOOK_MS = 2_000;
const COUNT_MS = 15_000;
const FORGET_MS = 3_600_000;
/** How long attempts may still take once the process stops, and then their return. */
const STOP_MS = 2_000;

/**
 * Takes messages that are due and has them attempted, as many at once as may be. Every gateway has one; the database gives each message to
 * one of them, and to another where that one is not heard of.
 */
@Injectable()
export class WebhookSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly running = new Map<Promise<void>, string>();
  private readonly stopping = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private looking: Promise<void> | undefined;
  private isWanted = false;
  private isStopping = false;

  constructor(
    private readonly deliveries: WebhookDeliveriesService,
    private readonly attempts: WebhookAttempts,
    private readonly feed: ChangeFeed,
    private readonly metrics: WebhookMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.feed.on('webhook_delivery', () => this.look());
    this.every(LOOK_MS, () => this.look());
    this.every(COUNT_MS, () => this.watch(this.countPending()));
    this.every(FORGET_MS, () => this.watch(this.deliveries.forgetOld()));
    this.watch(this.countPending());
    this.look();
  }

  /** Takes no more, and hands back what does not end soon, so that another process may attempt it at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.looking;
    const over = () => Promise.all(this.running.keys());
    await Promise.race([over(), pause(STOP_MS, undefined, { ref: false })]);
    this.stopping.abort();
    await Promise.race([over(), pause(STOP_MS, undefined, { ref: false })]);
  }

  /** One look at a time; what is heard of meanwhile makes another one. */
  private look(): void {
    if (this.isStopping) return;
    this.isWanted = true;
    this.looking ??= this.takeWhileWanted().finally(() => {
      this.looking = undefined;
      if (this.isWanted) this.look();
    });
  }

  private async takeWhileWanted(): Promise<void> {
    while (this.isWanted && !this.isStopping) {
      this.isWanted = false;
      try {
        await this.takeDue();
      } catch (error) {
        this.logger.warn({ cause: describeError(error) }, 'webhooks could not be looked for');
      }
    }
  }

  private async takeDue(): Promise<void> {
    const limit = PARALLEL_MAX - this.running.size;
    if (limit <= 0) return;
    const runningAccountIds = [...this.running.values()];
    const due = await this.deliveries.lease({
      ...{ limit, perAccountMax: PER_ACCOUNT_MAX, runningAccountIds, leaseMs: LEASE_MS },
    });
    for (const delivery of due) this.begin(delivery);
  }

  private begin(due: DueWebhook): void {
    const work = this.attempts
      .attempt(due, this.stopping.signal)
      .catch((error: unknown) => {
        const { accountId, taskId } = due;
        this.logger.warn({ accountId, taskId, cause: describeError(error) }, 'a webhook could not be booked');
      })
      .finally(() => {
        this.running.delete(work);
        this.look();
      });
    this.running.set(work, due.accountId);
  }

  private async countPending(): Promise<void> {
    this.metrics.showPending(await this.deliveries.countPending());
  }

  private every(ms: number, work: () => void): void {
    this.timers.push(setInterval(work, ms).unref());
  }

  private watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.logger.warn({ cause: describeError(error) }, 'webhooks could not be counted'));
  }
}
