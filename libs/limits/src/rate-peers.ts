import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Database, describeError, type Logger } from '@tokenbay/platform';
import { RatePeersRepository } from './rate-peers.repository.js';

const BEAT_MS = 1_000;
const WARNING_MS = 60_000;

/** Who decides here, and whether others are heard of through Redis. */
export interface PeerOptions {
  /** The same in all processes that share one memory of rates. */
  readonly peerId: string;
  readonly hasRedis: boolean;
}

/**
 * How many other gateways count rates in a memory of their own: every second each says in the database that it lives. Where they do not share
 * Redis that is said loudly, and each admits its share of a limit.
 */
export class RatePeers {
  /** Other gateways that live now, as of a second ago. */
  others = 0;
  private timer: NodeJS.Timeout | undefined;
  private warnedAtMs = -Infinity;
  private isBeating = false;

  constructor(
    private readonly database: Database,
    private readonly repository: RatePeersRepository,
    private readonly logger: Logger,
    private readonly options: PeerOptions,
  ) {}

  /** The part of a limit that this gateway may admit by itself; at least one. */
  shareOf(limit: number): number {
    return this.others === 0 ? limit : Math.max(1, Math.floor(limit / (this.others + 1)));
  }

  /** Says that this gateway lives and counts the others, now and every second. A database that is away leaves the number as it was. */
  async start(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  /** Says that this gateway is gone; a database that is away is not waited for. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const removal = this.repository.remove(this.database.tx, this.options.peerId).catch(() => undefined);
    await Promise.race([removal, pause(BEAT_MS, undefined, { ref: false })]);
  }

  private async beat(): Promise<void> {
    if (this.isBeating) return;
    this.isBeating = true;
    try {
      this.others = await this.repository.beat(this.database.tx, this.options.peerId, hostname());
      this.warn();
    } catch (error) {
      this.sayOnce(() => this.logger.warn({ cause: describeError(error) }, 'it is not known how many gateways live'));
    } finally {
      this.isBeating = false;
    }
  }

  private warn(): void {
    if (this.others === 0 || this.options.hasRedis) return;
    this.sayOnce(() =>
      this.logger.error(
        { gateways: this.others + 1 },
        'SEVERAL GATEWAYS WITHOUT REDIS: each admits its share of every limit, whatever the others leave unused; set REDIS_URL on all of them',
      ),
    );
  }

  /** Once a minute. */
  private sayOnce(say: () => void): void {
    const nowMs = performance.now();
    if (nowMs - this.warnedAtMs < WARNING_MS) return;
    this.warnedAtMs = nowMs;
    say();
  }
}
