export { LIMITS_OPTIONS, type LimitsOptions } from './limits-options.js';
export { LimitsModule } from './limits.module.js';
export { MemoryRateStorage, type MemoryBounds } from './memory-rate-storage.js';
export { ParallelLimiter, type SeatKey } from './parallel-limiter.js';
export type { PrimaryChannel } from './desk-client.js';
export { RateDesk } from './rate-desk.js';
export {
  RateLimiter,
  type RateDecision,
  type RateKey,
  type RateLimit,
  type TokenKey,
  type TokenRateLimit,
} from './rate-limiter.js';
export { RATE_STORAGE, type RateRecord, type RateStorage } from './rate-storage.js';
