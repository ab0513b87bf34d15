import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError, LOGGER, type Logger } from '@tokenbay/platform';
import { AuditMetrics } from './audit/audit-metrics.js';
import { LedgerKeeper } from './ledger-keeper.js';
import { LedgerMetrics } from './ledger-metrics.js';
import { PointsModule } from './points.module.js';

/**
 * Makes this process one that takes holds: it keeps house from its start to its end, and after the last answer was sent gives back
 * everything it still holds. Imported once, by the application.
 */
@Module({ imports: [PointsModule], providers: [LedgerMetrics, AuditMetrics] })
export class LedgerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly keeper: LedgerKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Where the database is away the process starts all the same, and registers as soon as it is back. */
  onApplicationBootstrap(): Promise<void> {
    return this.keeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keeper.stop().catch((error: unknown) => {
      this.logger.warn(
        { cause: describeError(error) },
        'the ledger could not be told of the stop; the lease will run out',
      );
    });
  }
}
