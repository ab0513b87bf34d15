import { Module } from '@nestjs/common';
import { Clock } from '@tokenbay/platform';
import { MemoryRateStorage } from './memory-rate-storage.js';
import { RateLimiter } from './rate-limiter.js';
import { RATE_STORAGE } from './rate-storage.js';

/** Gives the rate limiter, counting in this process's memory. A shared store takes the place of `RATE_STORAGE`. Needs the platform's global module. */
@Module({
  providers: [
    { provide: RATE_STORAGE, useFactory: (clock: Clock) => new MemoryRateStorage(clock), inject: [Clock] },
    RateLimiter,
  ],
  exports: [RateLimiter],
})
export class LimitsModule {}
