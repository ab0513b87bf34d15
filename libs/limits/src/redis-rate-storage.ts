import type { RedisLink } from './redis-link.js';
import { SEATS_SCRIPT, TAKE_SCRIPT } from './redis-scripts.js';
import type { RateTake, RateVerdict } from './rate-storage.js';
import type { SeatVerdict } from './seats.js';

const PREFIX = 'tokenbay:';
/** How long the seats of a process outlive it. */
export const SEAT_LEASE_MS = 15_000;

/** Counts in Redis, which every gateway on it shares; its own clock decides. Keys end with their window, so their number has a bound. */
export class RedisRateStorage {
  constructor(
    private readonly link: RedisLink,
    private readonly processId: string,
  ) {
    link.define('tokenbayTake', TAKE_SCRIPT, 2);
    link.define('tokenbaySeats', SEATS_SCRIPT, 1);
  }

  /** True while Redis is relied on. */
  get isUp(): boolean {
    return this.link.isUp;
  }

  /** One take, in one step; undefined where Redis does not answer in time. */
  async take(take: RateTake): Promise<RateVerdict | undefined> {
    const { key, windowMs, limit, units, isConsumed, steps, blockMs } = take;
    const stepMs = limit > steps ? Math.ceil(windowMs / steps) : 1;
    // The braces keep both keys in one slot of a Redis cluster.
    const keys = [`${PREFIX}{${key}}:log`, `${PREFIX}{${key}}:penalty`];
    const args = [...keys, windowMs, limit, units, isConsumed ? 1 : 0, stepMs, blockMs];
    const answer = (await this.link.run('tokenbayTake', args)) as [number, number, number, number] | undefined;
    return answer && { isAdmitted: answer[0] === 1, units: answer[1], resetMs: answer[2], atMs: answer[3] };
  }

  /** Takes a seat beside the `own` that this process has; undefined where Redis does not answer in time. */
  async enter(key: string, own: number, limit: number): Promise<SeatVerdict | undefined> {
    const answer = await this.runSeats(key, own, { wanted: 1, limit });
    return answer && { isAdmitted: answer[0] === 1, taken: answer[1] };
  }

  /** Says how many seats this process has, for another lease time. */
  async keep(key: string, own: number): Promise<void> {
    await this.runSeats(key, own, { wanted: 0, limit: 0 });
  }

  private async runSeats(
    key: string,
    own: number,
    { wanted, limit }: { wanted: 0 | 1; limit: number },
  ): Promise<[number, number] | undefined> {
    const args = [`${PREFIX}{${key}}:seats`, this.processId, own, wanted, limit, SEAT_LEASE_MS];
    return (await this.link.run('tokenbaySeats', args)) as [number, number] | undefined;
  }
}
