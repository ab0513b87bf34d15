import { Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, LOGGER, type Logger } from '@tokenbay/platform';
import { DeskClient } from './desk-client.js';
import { LIMITS_OPTIONS, type LimitsOptions } from './limits-options.js';
import { MemoryRateStorage } from './memory-rate-storage.js';
import { ParallelLimiter } from './parallel-limiter.js';
import { PrimaryRateStorage, PrimarySeats } from './primary-rate-storage.js';
import { RateLimiter } from './rate-limiter.js';
import { RatePeers } from './rate-peers.js';
import { RatePeersRepository } from './rate-peers.repository.js';
import { RATE_STORAGE } from './rate-storage.js';
import { RedisLink } from './redis-link.js';
import { RedisRateStorage } from './redis-rate-storage.js';
import { OwnSeats, SEATS } from './seats.js';
import { SharedRateStorage } from './shared-rate-storage.js';
import { SharedSeats } from './shared-seats.js';

/** Where this process's limits are counted, put together once. */
@Injectable()
class RateStores implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly storage: SharedRateStorage;
  readonly seats: SharedSeats;
  private readonly peers: RatePeers;
  private readonly link: RedisLink | undefined;

  constructor(
    @Inject(LIMITS_OPTIONS) private readonly options: LimitsOptions,
    @Inject(LOGGER) logger: Logger,
    clock: Clock,
    database: Database,
    repository: RatePeersRepository,
  ) {
    const { redisUrl, primary, peerId, processId } = options;
    const desk = primary && new DeskClient(primary);
    this.link = redisUrl === undefined ? undefined : new RedisLink(redisUrl, logger);
    this.peers = new RatePeers(database, repository, logger, { peerId, hasRedis: this.link !== undefined });
    const redis = this.link && new RedisRateStorage(this.link, processId);
    const local = desk ? new PrimaryRateStorage(desk) : new MemoryRateStorage(clock);
    this.storage = new SharedRateStorage(local, redis, this.peers);
    this.seats = new SharedSeats(desk ? new PrimarySeats(desk) : new OwnSeats(), redis, this.peers);
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.link?.start(), this.peers.start()]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.seats.stop();
    this.link?.stop();
    // Its siblings go on counting under the same id.
    if (!this.options.primary) await this.peers.stop();
  }
}

/**
 * Gives the limiters. They count in this process's memory where it is alone, in its primary's where it is one of several workers, and in
 * Redis besides where there is one. Needs the platform's global module and `LIMITS_OPTIONS`.
 */
@Module({
  providers: [
    RatePeersRepository,
    RateStores,
    { provide: RATE_STORAGE, useFactory: ({ storage }: RateStores) => storage, inject: [RateStores] },
    { provide: SEATS, useFactory: ({ seats }: RateStores) => seats, inject: [RateStores] },
    RateLimiter,
    ParallelLimiter,
  ],
  exports: [RateLimiter, ParallelLimiter],
})
export class LimitsModule {}
