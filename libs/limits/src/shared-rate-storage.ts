import type { RatePeers } from './rate-peers.js';
import type { RedisRateStorage } from './redis-rate-storage.js';
import {
  type RateRecord,
  type RateStorage,
  type RateTake,
  type RateVerdict,
  type RevocableRateStorage,
  toRateRecord,
} from './rate-storage.js';
import { SLOTS_MAX } from './sliding-window.js';

/**
 * Asks this machine first and then Redis, one after the other. So this machine knows of every unit that was admitted here, by whomever, and
 * Redis can be lost between any two requests without one too many being let in. Without Redis each machine admits its share of a limit.
 */
export class SharedRateStorage implements RateStorage {
  constructor(
    private readonly local: RevocableRateStorage,
    private readonly redis: RedisRateStorage | undefined,
    private readonly peers: RatePeers,
  ) {}

  take(take: RateTake): RateVerdict | Promise<RateVerdict> {
    if (this.redis?.isUp) return this.takeFromBoth(take, this.redis);
    return this.local.take(this.peers.others === 0 ? take : this.shareOf(take));
  }

  async increment(key: string, windowMs: number, limit: number, blockMs: number, kind: string): Promise<RateRecord> {
    const take = { kind, key, windowMs, limit, blockMs, units: 1, isConsumed: false, steps: SLOTS_MAX };
    return toRateRecord(await this.take(take), limit);
  }

  private async takeFromBoth(take: RateTake, redis: RedisRateStorage): Promise<RateVerdict> {
    const local = await this.local.take(take);
    if (!local.isAdmitted) return local;
    const shared = await redis.take(take);
    if (shared?.isAdmitted) return shared;
    if (!shared && this.peers.others === 0) return local;
    if (take.units > 0 && !take.isConsumed) this.local.giveBack(take, local);
    if (shared) return shared;
    return take.isConsumed ? local : this.local.take(this.shareOf(take));
  }

  /** What this machine may admit where nobody knows what the others do: all together the limit, each at least one. */
  private shareOf(take: RateTake): RateTake {
    return { ...take, limit: this.peers.shareOf(take.limit) };
  }
}
