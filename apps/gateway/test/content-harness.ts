import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { errorHeaders, HostAllowList, toDomainError, toErrorView } from '@tokenbay/platform';
import { fastify, type FastifyInstance } from 'fastify';
import { ContentProxy, type ContentSource } from '../src/tasks/content-proxy.js';
import { ForeignDialer } from '../src/upstream/foreign-dialer.js';
import { ForeignFetch } from '../src/upstream/foreign-fetch.js';

/** Resolves names as the test says and remembers every connection that was asked for; by default it opens them. */
export class ScriptedDialer extends ForeignDialer {
  readonly resolved: string[] = [];
  readonly connected: string[] = [];

  constructor(
    /** The answers of each name, one look-up after the other; the last one stays. */
    private readonly names: Record<string, string[][]> = {},
    /** Where a connection really leads, whatever was asked for. */
    private readonly leadsTo?: { readonly host: string; readonly port: number },
  ) {
    super();
  }

  override async resolve(hostname: string): Promise<readonly string[]> {
    this.resolved.push(hostname);
    const answers = this.names[hostname];
    if (!answers) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
  }

  override connect(addresses: readonly string[], port: number): Socket {
    this.connected.push(`${addresses.join(',')} ${port}`);
    return this.leadsTo ? connect(this.leadsTo) : super.connect(addresses, port);
  }
}

/** Listens where nobody may come, and counts who does. */
export class Trap {
  connections = 0;
  bytes = 0;
  private readonly server = createTcpServer((socket) => {
    this.connections += 1;
    socket.on('data', (chunk) => (this.bytes += chunk.length)).on('error', () => undefined);
  });

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A server of results whose behaviour the test sets; remembers what it was asked. */
export class ResultServer {
  readonly requests: IncomingMessage[] = [];
  /** Connections that ended before their answer did. */
  cut = 0;
  answer: RequestListener = (_request, response) => void response.end();
  private readonly server: Server = createServer((request, response) => {
    this.requests.push(request);
    response.on('close', () => (this.cut += response.writableFinished ? 0 : 1));
    this.answer(request, response);
  });

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A client's door to one source through the content proxy. */
export class ContentHarness {
  source: ContentSource = { url: '' };
  private readonly foreign: ForeignFetch;
  private readonly app: FastifyInstance = fastify();

  constructor(dialer: ForeignDialer, allowed: readonly string[]) {
    this.foreign = new ForeignFetch({ contentProxyAllow: HostAllowList.parse(allowed) }, dialer);
    const proxy = new ContentProxy(this.foreign);
    this.app.get('/content', (request, reply) => proxy.stream(this.source, request, reply));
    this.app.setErrorHandler((error, _request, reply) => {
      const view = toErrorView(toDomainError(error), 'request');
      return reply
        .code(view.status)
        .headers(errorHeaders(view))
        .send({ error: { code: view.code } });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.server.address() as AddressInfo).port}/content`;
  }

  async start(): Promise<void> {
    await this.app.listen({ host: '127.0.0.1', port: 0 });
  }

  async stop(): Promise<void> {
    this.foreign.onApplicationShutdown();
    await this.app.close();
  }

  /** What a client gets for a source: its status, code and whether it is told to repeat. */
  async fetchCode(source: ContentSource): Promise<string> {
    this.source = source;
    const response = await fetch(this.url);
    const { error } = (await response.json()) as { error?: { code: string } };
    return `${response.status} ${error?.code} ${response.headers.get('x-should-retry')}`;
  }
}

/** Answers a part of made-up bytes, as servers of files do. */
export function serveRange(content: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const common = { 'content-type': 'video/mp4', 'accept-ranges': 'bytes', etag: '"v1"' };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined) {
    response.writeHead(200, { ...common, 'content-length': content.length }).end(content);
    return;
  }
  if (Number(first) >= content.length) {
    response.writeHead(416, { ...common, 'content-range': `bytes */${content.length}` }).end('<Error>host-1</Error>');
    return;
  }
  const part = content.subarray(Number(first), last ? Number(last) + 1 : content.length);
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${content.length}`;
  response.writeHead(206, { ...common, 'content-range': range, 'content-length': part.length }).end(part);
}
