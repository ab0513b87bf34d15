import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { LedgerAuditor } from '@tokenbay/points';

/** How often one looks whether an audit is due, milliseconds; several processes do each of them once all the same. */
const EVERY_MS = 60_000;
/** The first look, milliseconds after the start. */
const FIRST_MS = 5_000;

/** Lets the ledger be audited, once a minute against its checkpoint and once a day whole. */
@Injectable()
export class AuditLedgerJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly auditor: LedgerAuditor,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(FIRST_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.auditor.stop();
  }

  private schedule(ms: number): void {
    if (!this.isStopped) this.timer = setTimeout(() => void this.run().then(() => this.schedule(EVERY_MS)), ms).unref();
  }

  private async run(): Promise<void> {
    try {
      await this.auditor.runDue();
    } catch (error) {
      if (!this.isStopped) this.logger.warn({ cause: describeError(error) }, 'the ledger could not be audited');
    }
  }
}
