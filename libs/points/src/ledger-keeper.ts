import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { Holds } from './holds.js';
import { LedgerInstance } from './ledger-instance.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';

/** Dead instances one beat ends at most, so that heartbeats are never late for it. */
const REAPED_PER_BEAT_MAX = 20;

/**
 * The ledger's housekeeping in a process that takes holds: heartbeats, doubts, unused holds, dead neighbours. It calls a
 * neighbour dead only after a whole lease time of its own uninterrupted heartbeats; after an outage of the database all are late.
 */
@Injectable()
export class LedgerKeeper {
  private timer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private isRunning = false;
  private beatAtMs = -Infinity;
  private steadySinceMs = Infinity;
  private sweptAtMs = -Infinity;

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly instance: LedgerInstance,
    private readonly holds: Holds,
    private readonly times: LedgerTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Registers this process and begins to beat. Where the database is away, each further beat tries again. */
  async start(): Promise<void> {
    this.isRunning = true;
    this.idleTimer = setInterval(() => void this.holds.tick(), this.times.idleMs);
    await this.beat();
    this.schedule();
  }

  /** Ends the beats, books what is in doubt and gives back everything this process holds. Rejects where the database is away. */
  async stop(): Promise<void> {
    this.isRunning = false;
    clearTimeout(this.timer);
    clearInterval(this.idleTimer);
    await this.beating;
    await this.holds.close().finally(() => this.instance.stop());
  }

  /** One round of housekeeping; failures are for the next one. */
  async beat(): Promise<void> {
    this.beating = this.keepHouse().catch((error: unknown) => {
      this.steadySinceMs = Infinity;
      this.logger.warn({ cause: describeError(error) }, 'the ledger did not answer a heartbeat');
    });
    await this.beating;
  }

  private schedule(): void {
    if (!this.isRunning) return;
    this.timer = setTimeout(() => void this.beat().then(() => this.schedule()), this.times.heartbeatMs);
  }

  private async keepHouse(): Promise<void> {
    const registration = await this.instance.register();
    if (!(await this.instance.beat(registration))) {
      this.holds.abandon(registration);
      await this.instance.register();
      this.steadySinceMs = Infinity;
    }
    const isSteady = this.noteBeat(performance.now());
    // Bounded, or housekeeping after a long outage would outlast the lease that it lives by.
    await Promise.race([this.sweepNowAndThen(), pause(this.times.heartbeatMs, undefined, { ref: false })]);
    if (isSteady) await this.reap();
  }

  /** True where the beats of the last lease time came without a gap. */
  private noteBeat(nowMs: number): boolean {
    const isLate = nowMs - this.beatAtMs > this.times.leaseMs / 2;
    this.beatAtMs = nowMs;
    if (isLate || this.steadySinceMs === Infinity) this.steadySinceMs = nowMs;
    return nowMs - this.steadySinceMs >= this.times.leaseMs;
  }

  private async sweepNowAndThen(): Promise<void> {
    if (performance.now() - this.sweptAtMs < this.times.sweepMs) return;
    this.sweptAtMs = performance.now();
    await this.holds.recover();
    await this.holds.forget();
  }

  private async reap(): Promise<void> {
    for (let count = 0; count < REAPED_PER_BEAT_MAX; count += 1) {
      const dead = await this.ledger.reapNext();
      if (dead === null) return;
      this.logger.warn({ instance: dead }, 'a dead process was ended and its points given back');
    }
  }
}
