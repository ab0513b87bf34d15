import type { Logger } from '../logging/logger.js';
import type { ChangeFeed } from './change-feed.js';

const RELOAD_EVERY_MS = 30_000;
const RETRY_MS = 500;

/** What a snapshot is made of: the tables whose changes renew it, and how it is read as a whole. */
export interface SnapshotSource<T> {
  readonly tables: readonly string[];
  readonly load: () => Promise<T>;
}

/**
 * Configuration held in memory as one immutable value, replaced as a whole soon after any of its tables changed, and every 30 s in case
 * a change was missed. Reads never wait.
 */
export class Snapshot<T> {
  private value: T | undefined;
  private isLoading = false;
  private isStale = false;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    feed: ChangeFeed,
    private readonly source: SnapshotSource<T>,
    private readonly logger: Logger,
  ) {
    for (const table of source.tables) feed.on(table, () => this.renew());
  }

  /** Loads the first value; rejects where that fails. */
  async start(): Promise<void> {
    this.isLoading = true;
    this.isStale = false;
    this.value = await this.source.load();
    this.finish(RELOAD_EVERY_MS);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** The newest value. Only valid after `start`. */
  get current(): T {
    if (this.value === undefined) throw new Error('a snapshot was read before it was loaded');
    return this.value;
  }

  /** Reads anew; a change that arrives while reading is followed by another read, however many arrive. */
  private renew(): void {
    this.isStale = true;
    if (this.isLoading || this.isStopped || this.value === undefined) return;
    this.isLoading = true;
    this.isStale = false;
    this.source.load().then(
      (value) => {
        this.value = value;
        this.finish(RELOAD_EVERY_MS);
      },
      (error: unknown) => {
        this.logger.warn(
          { tables: this.source.tables, reason: (error as Error).message },
          'configuration not reloaded',
        );
        this.finish(RETRY_MS);
      },
    );
  }

  private finish(nextMs: number): void {
    this.isLoading = false;
    if (this.isStale && nextMs === RELOAD_EVERY_MS) this.renew();
    else this.schedule(nextMs);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => this.renew(), ms).unref();
  }
}
