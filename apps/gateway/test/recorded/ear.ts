import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from './recordings.js';

/** What a client understood of an answer. */
export interface Heard {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Call[];
  /** In the dialect's own word. */
  readonly stop: string;
  /** `input` with everything cached; `reasoning` where the dialect tells it. */
  readonly usage: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly reasoning: number;
  };
}

/** An official library, unmodified, that listens at one address. */
export interface Ear {
  whole(baseUrl: string): Promise<Heard>;
  stream(baseUrl: string): Promise<Heard>;
}

/** A server that answers every request with what it was last given. */
export class Speaker {
  private body = '';
  private contentType = '';
  private readonly server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': this.contentType });
    response.end(this.body);
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  say(body: string, contentType: string): void {
    this.body = body;
    this.contentType = contentType;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
