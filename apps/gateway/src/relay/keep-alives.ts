import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientConnection } from './client-connection.js';

const SILENCE_MS_MAX = 15_000;
const SWEEP_MS = 1_000;

/** Writes a sign of life to streams that have been silent for 15 s, so that nothing between us and the client takes them for dead. */
@Injectable()
export class KeepAlives implements OnApplicationShutdown {
  private readonly streams = new Map<ClientConnection, Buffer>();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();

  /** Watches over a stream from its first event on, unless its sign is empty; the function that is answered ends the watch. */
  watch(client: ClientConnection, sign: Buffer): () => void {
    if (sign.length > 0) this.streams.set(client, sign);
    return () => this.streams.delete(client);
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
  }

  private sweep(): void {
    const silentSinceMs = performance.now() - SILENCE_MS_MAX;
    for (const [client, sign] of this.streams) if (client.wroteAtMs < silentSinceMs) void client.write([sign]);
  }
}
