import { UpstreamError } from '../upstream-error.js';
import type { AnswerListener } from './answer-listener.js';
import { type ConnectionOwner, Http1Connection, type Http1Origin } from './http1-connection.js';
import { type RawRequest, writeRequestHead } from './request-head.js';

/**
 * An upstream that gives a connection up sooner says so, or ends it, which is noticed at once; this is for those that forget it without a word,
 * as what translates addresses on the way does.
 */
const IDLE_MS_MAX = 30_000;

/** The connections to one origin: as many as there are requests under way, each kept for the next request as long as it can be trusted. */
export class Http1Pool implements ConnectionOwner {
  tlsSession: Buffer | undefined;
  private readonly origin: Http1Origin;
  private readonly host: string;
  private readonly connections = new Set<Http1Connection>();
  /** The one used last is at the end, and is used first. */
  private idle: Http1Connection[] = [];
  private isClosed = false;
  private isDestroyed = false;

  constructor({ protocol, hostname, port, host }: URL, connectTimeoutMs: number) {
    const isTls = protocol === 'https:';
    this.host = host;
    this.origin = {
      isTls,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (isTls ? 443 : 80) : Number(port),
      connectTimeoutMs,
    };
  }

  /**
   * Sends a request, at once or when a new connection for it is there; `isAlone` on a connection that carries nothing else. Throws TypeError
   * where the request cannot be sent as it is, UpstreamError `stopping` where the pool has been destroyed.
   */
  dispatch(request: RawRequest, listener: AnswerListener, isAlone = false): void {
    if (this.isDestroyed) throw new UpstreamError('stopping', 'the pool is closed');
    const head = writeRequestHead(request, this.host, !isAlone);
    const outgoing = { head, body: request.body, isAlone, listener };
    const idle = isAlone ? undefined : this.takeUsable();
    if (idle) idle.send(outgoing);
    else this.connections.add(new Http1Connection(this.origin, this, outgoing));
  }

  /** Closes connections that have been idle for too long. */
  closeIdle(nowMs: number): void {
    this.idle = this.idle.filter((connection) => isUsable(connection, nowMs) || void closeIdle(connection));
  }

  /** Keeps no connection any more; requests under way go on. */
  close(): void {
    this.isClosed = true;
    this.idle.splice(0).forEach(closeIdle);
  }

  /** Cuts every connection, and makes none any more. */
  destroy(): void {
    this.isDestroyed = true;
    for (const connection of this.connections) connection.close(new UpstreamError('aborted', 'the pool is closed'));
  }

  takeIdle(connection: Http1Connection): void {
    if (this.isClosed) return closeIdle(connection);
    connection.idleSinceMs = performance.now();
    this.idle.push(connection);
  }

  takeClosed(connection: Http1Connection): void {
    this.connections.delete(connection);
  }

  private takeUsable(): Http1Connection | undefined {
    for (;;) {
      const connection = this.idle.pop();
      if (!connection || isUsable(connection, performance.now())) return connection;
      closeIdle(connection);
    }
  }
}

function isUsable({ isOpen, idleSinceMs, keepAliveMs }: Http1Connection, nowMs: number): boolean {
  return isOpen && nowMs - idleSinceMs < Math.min(keepAliveMs, IDLE_MS_MAX);
}

function closeIdle(connection: Http1Connection): void {
  connection.close(new UpstreamError('aborted', 'idle for too long'));
}
