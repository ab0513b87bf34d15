export { LimitsModule } from './limits.module.js';
export { MemoryRateStorage, type MemoryBounds } from './memory-rate-storage.js';
export { RateLimiter, type RateDecision, type RateKey, type RateLimit } from './rate-limiter.js';
export { RATE_STORAGE, type RateRecord, type RateStorage, type RateUnit } from './rate-storage.js';
