import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { UsageKeepingRepository } from './usage-keeping.repository.js';
import { UsageTimes } from './usage-times.js';

/** Notes that one statement adds to the sums at most; each names up to a hundred requests. */
const NOTES_MAX = 500;
/** Statements of one round; a longer backlog goes on in the next. */
const STATEMENTS_MAX = 20;

/**
 * Keeps the usage log in order while its process runs: adds charges to the sums once a second, prepares partitions, and gives up months
 * that need not be kept. Any number of processes may have one; a process that dies leaves nothing half done.
 */
@Injectable()
export class UsageKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private isStopped = false;
  private preparedAtMs = -Infinity;
  private retiredAtMs = -Infinity;

  constructor(
    private readonly repository: UsageKeepingRepository,
    private readonly times: UsageTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  /** Resolves when nothing of it runs any more. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  /** One round of everything that is due; failures are for the next one. */
  async work(): Promise<void> {
    await this.attempt('charges could not be added to the sums of usage', () => this.rollUp());
    if (performance.now() - this.preparedAtMs >= this.times.prepareMs)
      await this.attempt('partitions of the usage log could not be prepared', () => this.prepare());
    if (this.times.retentionMonths > 0 && performance.now() - this.retiredAtMs >= this.times.retireMs)
      await this.attempt('a month of the usage log could not be given up', () =>
        this.retire(this.times.retentionMonths),
      );
  }

  /** Rests for longer than it worked, so that one process's housekeeping never takes more than a fifth of a connection. */
  private schedule(tookMs: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(
      () => {
        const startedMs = performance.now();
        this.working = this.work().finally(() => this.schedule(performance.now() - startedMs));
      },
      Math.max(this.times.rollUpMs, tookMs * 4),
    );
  }

  private async rollUp(): Promise<void> {
    for (let count = 0; count < STATEMENTS_MAX && !this.isStopped; count += 1)
      if ((await this.repository.rollUp(NOTES_MAX)) < NOTES_MAX) return;
  }

  private async prepare(): Promise<void> {
    // Tried again soon where it fails: months to come are not urgent, but this one may be.
    this.preparedAtMs = performance.now() - this.times.prepareMs + this.times.againMs;
    await this.repository.preparePartitions();
    this.preparedAtMs = performance.now();
  }

  private async retire(months: number): Promise<void> {
    this.retiredAtMs = performance.now();
    for (let count = 0; count < STATEMENTS_MAX && !this.isStopped; count += 1) {
      const until = await this.repository.retireNext(months);
      if (!until) return;
      this.logger.info({ until }, 'requests before this are no longer kept; their sums are');
    }
  }

  private async attempt(failure: string, work: () => Promise<void>): Promise<void> {
    if (this.isStopped) return;
    await work().catch((error: unknown) => this.logger.warn({ cause: describeError(error) }, failure));
  }
}
