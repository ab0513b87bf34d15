import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, Database, LOGGER, type Logger, Snapshot } from '@tokenbay/platform';
import { ChannelHealthRepository } from './channel-health.repository.js';
import { ChannelHealth } from './health/channel-health.js';
import type { Circuit } from './health/circuit.js';
import { HEALTH_REASONS, type HealthReason } from './health/health-reason.js';
import { type HealthRecord, type HealthSubject, nameOf } from './health/health-record.js';

const FLUSH_EVERY_MS = 200;
const PENDING_MAX = 10_000;
const READS_MAX = 5;

interface Noted {
  readonly subject: HealthSubject;
  readonly circuit: Circuit;
}

/**
 * Writes what this gateway finds out about keys and models to `channel_health`, a few times a second and never on a request's way, and
 * learns from there what other gateways disabled and what administrators cleared.
 */
@Injectable()
export class HealthJournal implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly gatewayId = randomUUID();
  private pending = new Map<string, Noted>();
  /** What this gateway knows to stand in the table as disabled: gone from there, it was cleared. */
  private readonly disabled = new Map<string, Circuit>();
  private readonly found: Snapshot<ReadonlySet<string>>;
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private writes = 0;
  private isFailing = false;

  constructor(
    private readonly database: Database,
    private readonly repository: ChannelHealthRepository,
    private readonly health: ChannelHealth,
    feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.found = new Snapshot(feed, { tables: ['channel_health'], load: () => this.learn() }, logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.health.onChange(({ channel, key, upstreamModel, state }, subject) => {
      if (subject === 'key')
        this.note({ channelId: channel.id, keyId: key.id, upstreamModel: null }, state.key(key.id));
      else this.note({ channelId: channel.id, keyId: null, upstreamModel }, state.model(upstreamModel).circuit);
    });
    await this.repository.clearStale(this.database.tx);
    await this.found.start();
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.found.stop();
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  /** Writes what has changed, one write at a time. What cannot be written is written later, as it is then. */
  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private note(subject: HealthSubject, circuit: Circuit): void {
    const name = nameOf(subject);
    if (this.pending.size < PENDING_MAX || this.pending.has(name)) this.pending.set(name, { subject, circuit });
  }

  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const noted = this.pending;
    this.pending = new Map();
    const nowMs = this.health.sources.now();
    const records: HealthRecord[] = [];
    const withdrawn: HealthSubject[] = [];
    for (const { subject, circuit } of noted.values()) {
      const { reason, untilMs } = circuit;
      if (reason === null) withdrawn.push(subject);
      else records.push({ ...subject, state: HEALTH_REASONS[reason].state, reason, waitMs: untilMs - nowMs });
    }
    try {
      if (records.length > 0) await this.repository.record(this.database.tx, this.gatewayId, records);
      if (withdrawn.length > 0) await this.repository.withdraw(this.database.tx, this.gatewayId, withdrawn);
      this.remember(noted, records);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ reason: (error as Error).message }, 'health of channels not written');
      this.isFailing = true;
      for (const [name, older] of noted) if (!this.pending.has(name)) this.pending.set(name, older);
    }
  }

  private remember(noted: ReadonlyMap<string, Noted>, records: readonly HealthRecord[]): void {
    this.writes += 1;
    const disabled = new Set(records.filter(({ state }) => state === 'disabled').map(nameOf));
    for (const [name, { circuit }] of noted) {
      if (disabled.has(name)) this.disabled.set(name, circuit);
      else this.disabled.delete(name);
    }
  }

  /** Takes over what others have disabled, and closes what was cleared. Answers the names of everything that is disabled. */
  private async learn(): Promise<ReadonlySet<string>> {
    const records = await this.read();
    const names = new Set(records.map(nameOf));
    const { now, random } = this.health.sources;
    for (const [name, circuit] of this.disabled) {
      if (names.has(name)) continue;
      this.disabled.delete(name);
      if (!this.pending.has(name)) circuit.reset(now());
    }
    for (const record of records) {
      const name = nameOf(record);
      if (!isHealthReason(record.reason) || this.pending.has(name)) continue;
      const circuit = this.circuitOf(record);
      this.disabled.set(name, circuit);
      circuit.learn({ reason: record.reason, nowMs: now(), waitMs: Math.max(record.waitMs, 0), random: random() });
    }
    return names;
  }

  /** Reads until nothing was written meanwhile, since a read beside a write may or may not hold it. */
  private async read(): Promise<HealthRecord[]> {
    for (let reads = 1; ; reads += 1) {
      await this.flushing;
      const { writes } = this;
      const records = await this.repository.disabled(this.database.tx);
      if ((writes === this.writes && this.flushing === undefined) || reads === READS_MAX) return records;
    }
  }

  private circuitOf({ channelId, keyId, upstreamModel }: HealthSubject): Circuit {
    const state = this.health.stateById(channelId);
    return keyId === null ? state.model(upstreamModel ?? '').circuit : state.key(keyId);
  }
}

function isHealthReason(reason: string): reason is HealthReason {
  return Object.hasOwn(HEALTH_REASONS, reason);
}
