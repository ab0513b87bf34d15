import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@tokenbay/platform';
import { KeysRepository } from './keys.repository.js';

const FLUSH_EVERY_MS = 1_000;
const PENDING_MAX = 20_000;

/** Remembers when keys were used and writes it once a second, off the request path. A crash forgets the last second; nothing rests on it. */
@Injectable()
export class KeyUses implements OnApplicationBootstrap, OnApplicationShutdown {
  private pending = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: KeysRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  /** Notes a use at an instant in milliseconds since the Unix epoch. Costs one map entry; never waits, never throws. */
  record(apiKeyId: string, usedAtMs: number): void {
    if (this.pending.size < PENDING_MAX || this.pending.has(apiKeyId)) this.pending.set(apiKeyId, usedAtMs);
  }

  /** Writes what was noted so far, one write at a time. Where that fails, the uses are forgotten: newer ones follow. */
  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const uses = this.pending;
    this.pending = new Map();
    try {
      await this.repository.recordUses(this.database.tx, [...uses.keys()], [...uses.values()]);
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'last uses of keys not written');
    }
  }
}
