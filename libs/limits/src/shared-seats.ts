import type { RatePeers } from './rate-peers.js';
import { SEAT_LEASE_MS, type RedisRateStorage } from './redis-rate-storage.js';
import type { Seats, SeatVerdict } from './seats.js';

const KEEP_MS = SEAT_LEASE_MS / 3;

/**
 * Seats of this machine first, then of every gateway on Redis. What Redis knows of this process is told anew every five seconds, so that a
 * process that died has none after fifteen, and none is lost or left over when Redis was away.
 */
export class SharedSeats implements Seats {
  private readonly own = new Map<string, number>();
  private readonly keeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly local: Seats,
    private readonly redis: RedisRateStorage | undefined,
    private readonly peers: RatePeers,
  ) {
    if (redis) this.keeper = setInterval(() => this.keepAll(redis), KEEP_MS).unref();
  }

  enter(key: string, limit: number): SeatVerdict | Promise<SeatVerdict> {
    if (this.redis?.isUp) return this.enterBoth(key, limit, this.redis);
    const verdict = this.local.enter(key, this.peers.shareOf(limit));
    if (!this.redis) return verdict;
    return verdict instanceof Promise ? verdict.then((told) => this.count(key, told)) : this.count(key, verdict);
  }

  leave(key: string): void {
    this.local.leave(key);
    if (!this.redis) return;
    const left = (this.own.get(key) ?? 1) - 1;
    if (left > 0) this.own.set(key, left);
    else this.own.delete(key);
    void this.redis.keep(key, left);
  }

  /** Stops telling Redis; what it knows of this process ends within the lease. */
  stop(): void {
    clearInterval(this.keeper);
  }

  private async enterBoth(key: string, limit: number, redis: RedisRateStorage): Promise<SeatVerdict> {
    const local = await this.local.enter(key, limit);
    if (!local.isAdmitted) return local;
    // Counted before it is asked for, so that two that ask at once tell Redis one and two.
    const before = this.own.get(key) ?? 0;
    this.own.set(key, before + 1);
    const shared = await redis.enter(key, before, limit);
    if (shared?.isAdmitted) return shared;
    const share = this.peers.shareOf(limit);
    if (!shared && local.taken <= share) return local;
    this.leave(key);
    return shared ?? { isAdmitted: false, taken: local.taken };
  }

  private count(key: string, verdict: SeatVerdict): SeatVerdict {
    if (verdict.isAdmitted) this.own.set(key, (this.own.get(key) ?? 0) + 1);
    return verdict;
  }

  private keepAll(redis: RedisRateStorage): void {
    for (const [key, count] of this.own) void redis.keep(key, count);
  }
}
