import { type DynamicModule, Module } from '@nestjs/common';
import { UsageKeeper } from './usage-keeper.js';
import { UsageKeepingRepository } from './usage-keeping.repository.js';
import { UsageTimes } from './usage-times.js';

/** Makes this process one that keeps the usage log in order. Imported once, by the application. */
@Module({})
export class UsageKeeperModule {
  /** `retentionMonths`: whole months that requests are kept; 0, and wherever it is not told, gives up none. */
  static forRoot({ retentionMonths = 0 }: { readonly retentionMonths?: number } = {}): DynamicModule {
    const times = Object.assign(new UsageTimes(), { retentionMonths });
    return {
      module: UsageKeeperModule,
      providers: [UsageKeeper, UsageKeepingRepository, { provide: UsageTimes, useValue: times }],
    };
  }
}
