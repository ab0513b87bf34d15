import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Credentials } from '../self-signed.js';

/** A request as it arrived. */
export interface Arrived {
  readonly path: string;
  readonly head: string;
  readonly body: Buffer;
  readonly socket: Socket;
  /** Which connection it came on, the first is 0. */
  readonly connection: number;
}

interface RawUpstreamOptions {
  /** With TLS, as `localhost`; without where absent, as an address. */
  readonly credentials?: Credentials | undefined;
  readonly onRequest?: (request: Arrived) => unknown;
  /** With each connection below TLS. */
  readonly onCarrier?: (socket: Socket) => unknown;
  /** In place of reading requests. */
  readonly onSocket?: (socket: Socket, connection: number) => unknown;
}

const HEAD_END = '\r\n\r\n';

/** An upstream that answers with whatever bytes a test writes, and knows its connections. */
export class RawUpstream {
  readonly sockets: Socket[] = [];
  /** What carries these, in the same order: with TLS another. */
  readonly carriers: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: URL,
  ) {}

  static async open(options: RawUpstreamOptions): Promise<RawUpstream> {
    const { credentials } = options;
    const server = credentials ? createTlsServer(credentials) : createPlainServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const upstream = new RawUpstream(
      server,
      new URL(credentials ? `https://localhost:${port}` : `http://127.0.0.1:${port}`),
    );
    server.on('connection', (socket: Socket) => {
      upstream.carriers.push(socket);
      options.onCarrier?.(socket);
      socket.on('error', () => undefined);
    });
    server.on(credentials ? 'secureConnection' : 'connection', (socket: Socket) => {
      const connection = upstream.sockets.push(socket) - 1;
      socket.on('error', () => undefined);
      if (options.onSocket) options.onSocket(socket, connection);
      else readRequests(socket, connection, options.onRequest ?? (() => undefined));
    });
    return upstream;
  }

  /** How many connections are open now. */
  count(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Breaks a connection off. */
  reset(connection: number): void {
    this.carriers[connection]!.resetAndDestroy();
  }

  async close(): Promise<void> {
    [...this.sockets, ...this.carriers].forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function readRequests(socket: Socket, connection: number, onRequest: (request: Arrived) => unknown): void {
  let pieces: Buffer[] = [];
  let arrived = 0;
  let needed = 0;
  socket.on('data', (more: Buffer) => {
    pieces.push(more);
    arrived += more.length;
    while (arrived > 0 && arrived >= needed) {
      const bytes = Buffer.concat(pieces);
      pieces = [bytes];
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) return;
      const head = bytes.toString('latin1', 0, end);
      const from = end + HEAD_END.length;
      needed = from + Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      if (arrived < needed) return;
      const body = bytes.subarray(from, needed);
      pieces = [bytes.subarray(needed)];
      arrived -= needed;
      needed = 0;
      onRequest({ path: head.split(' ')[1]!, head, body, socket, connection });
    }
  });
}

/** An answer of this body. */
export function answerOf(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
