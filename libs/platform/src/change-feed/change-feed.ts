import { Client } from 'pg';
import type { Logger } from '../logging/logger.js';

const CHANNEL = 'tokenbay_change';
const BEAT_MS = 1_000;
const BEATS_MISSED_MAX = 3;
const CONNECT_TIMEOUT_MS = 3_000;
const RECONNECT_MS = 500;

/** Told which row of a table changed, `*` where it may be any of them. */
export type ChangeListener = (id: string) => void;

/**
 * Hears of every committed change of configuration, through Postgres's LISTEN. Triggers on the tables send `table:id`. A beat that this
 * process sends to itself each second shows that the feed is alive; after a gap every listener is told `*`.
 */
export class ChangeFeed {
  private readonly listeners = new Map<string, Set<ChangeListener>>();
  private client: Client | undefined;
  private heardAtMs = -Infinity;
  private isWhole = false;
  private beat: NodeJS.Timeout | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly url: string,
    private readonly applicationName: string,
    private readonly logger: Logger,
  ) {}

  /** Calls the listener after each change of the table, and with `*` after a gap in which changes may have been missed. */
  on(table: string, listener: ChangeListener): void {
    const listeners = this.listeners.get(table) ?? new Set();
    listeners.add(listener);
    this.listeners.set(table, listeners);
  }

  /** Connects and begins to listen; rejects where the database cannot be reached. */
  async start(): Promise<void> {
    await this.connect();
    this.beat = setInterval(() => this.sendBeat(), BEAT_MS);
  }

  /** Stops listening and closes the connection. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.beat);
    clearTimeout(this.reconnect);
    await this.client?.end().catch(() => undefined);
  }

  /** True where something was heard within the last `silenceMsMax` milliseconds, so that no older change can have been missed. */
  isFresh(silenceMsMax: number): boolean {
    return this.isWhole && this.heardWithin(silenceMsMax);
  }

  /** True where Postgres was heard of within the last `silenceMsMax` milliseconds, even if the feed has broken since. */
  heardWithin(silenceMsMax: number): boolean {
    return performance.now() - this.heardAtMs <= silenceMsMax;
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: `${this.applicationName}/changes`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('connection closed')));
    client.on('notification', ({ channel, payload }) => this.hear(channel, payload ?? ''));
    this.client = client;
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}; LISTEN ${this.beatChannel(client)}`);
    this.heardAtMs = performance.now();
    this.isWhole = true;
  }

  /** Only this connection listens to its own beats, so that a fleet's beats do not multiply. */
  private beatChannel(client: Client): string {
    return `tokenbay_beat_${(client as unknown as { processID: number }).processID}`;
  }

  private hear(channel: string, payload: string): void {
    this.heardAtMs = performance.now();
    if (channel !== CHANNEL) return;
    const colon = payload.indexOf(':');
    this.tell(payload.slice(0, colon), payload.slice(colon + 1));
  }

  private tell(table: string, id: string): void {
    for (const listener of this.listeners.get(table) ?? []) listener(id);
  }

  private sendBeat(): void {
    const client = this.client;
    // While it connects nothing can be heard yet; connecting has a time limit of its own.
    if (!client || !this.isWhole) return;
    if (!this.heardWithin(BEATS_MISSED_MAX * BEAT_MS)) return this.lose(client, new Error('silent'));
    client.query(`NOTIFY ${this.beatChannel(client)}`).catch(() => undefined);
  }

  private lose(client: Client, error: Error): void {
    if (this.isStopped || this.client !== client) return;
    this.client = undefined;
    this.isWhole = false;
    this.logger.warn({ reason: error.message }, 'change feed lost');
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    this.scheduleReconnect();
  }

  private scheduleReconnect(): void {
    clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => {
      this.connect().then(
        () => {
          this.logger.info('change feed restored');
          for (const table of this.listeners.keys()) this.tell(table, '*');
        },
        () => {
          this.client = undefined;
          if (!this.isStopped) this.scheduleReconnect();
        },
      );
    }, RECONNECT_MS);
  }
}
