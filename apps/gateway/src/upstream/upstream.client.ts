import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Http1Pool } from './http1/http1-pool.js';
import { type CallLimits, UpstreamCall } from './upstream-call.js';
import { UpstreamError } from './upstream-error.js';
import { WatchedCalls } from './watched-calls.js';

/** A request to an upstream; a POST unless it says otherwise. */
export interface UpstreamRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** The channel's base URL; the path is appended to it. */
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /**
   * True for what must not be sent twice: on a connection that was idle for long nobody knows whether a request that breaks off has arrived,
   * so it gets one of its own.
   */
  readonly isOnce?: boolean;
  readonly limits: CallLimits;
}

interface Upstream {
  readonly pool: Http1Pool;
  /** The base URL's own path, without a slash at its end. */
  readonly pathPrefix: string;
  usedAtMs: number;
}

const POOL_IDLE_MS = 600_000;
const SWEEP_MS = 10_000;

/** The one way out: keeps connections to upstreams and holds every call to its time limits. Redirects are not followed. */
@Injectable()
export class UpstreamClient implements OnApplicationShutdown {
  private readonly upstreams = new Map<string, Upstream>();
  private readonly calls = new WatchedCalls();
  private readonly sweeper = setInterval(() => this.closeIdle(), SWEEP_MS).unref();

  /** Sends a request; the call's `started` resolves at the response's head and rejects with UpstreamError. */
  send({ method = 'POST', baseUrl, path, headers, body, isOnce, limits }: UpstreamRequest): UpstreamCall {
    const call = new UpstreamCall(limits, this.calls);
    try {
      const { pool, pathPrefix } = this.upstreamOf(baseUrl, limits.connectTimeoutMs);
      pool.dispatch({ method, path: pathPrefix + path, headers, body }, call, isOnce);
    } catch (error) {
      call.abort(new UpstreamError('connect', 'not sent', error));
    }
    return call;
  }

  /** Ends every call: whoever waits for it is told that the process stops. */
  cutAll(): void {
    this.calls.forEach((call) => call.abort(new UpstreamError('stopping', 'the gateway is stopping')));
  }

  /** Gives every call this much more time: the process is stopping, and who is left has no client any more. */
  abandonWithin(ms: number): void {
    this.calls.forEach((call) => call.abandonWithin(ms));
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
    this.calls.stop();
    for (const { pool } of this.upstreams.values()) pool.destroy();
  }

  private upstreamOf(baseUrl: string, connectTimeoutMs: number): Upstream {
    const key = `${connectTimeoutMs} ${baseUrl}`;
    const known = this.upstreams.get(key);
    if (known) {
      known.usedAtMs = performance.now();
      return known;
    }
    const url = new URL(baseUrl);
    const pool = new Http1Pool(url, connectTimeoutMs);
    const pathPrefix = url.pathname === '/' ? '' : url.pathname;
    const upstream = { pool, pathPrefix, usedAtMs: performance.now() };
    this.upstreams.set(key, upstream);
    return upstream;
  }

  private closeIdle(): void {
    const nowMs = performance.now();
    for (const [key, { pool, usedAtMs }] of this.upstreams) {
      pool.closeIdle(nowMs);
      if (nowMs - usedAtMs < POOL_IDLE_MS) continue;
      this.upstreams.delete(key);
      pool.close();
    }
  }
}
