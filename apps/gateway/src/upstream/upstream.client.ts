import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Roster } from '@tokenbay/platform';
import { Pool } from 'undici';
import { type CallLimits, UpstreamCall } from './upstream-call.js';
import { UpstreamError } from './upstream-error.js';

/** A POST to an upstream. */
export interface UpstreamRequest {
  /** The channel's base URL; the path is appended to it. */
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limits: CallLimits;
}

interface Upstream {
  readonly pool: Pool;
  /** The base URL's own path, without a slash at its end. */
  readonly pathPrefix: string;
  usedAtMs: number;
}

const SWEEP_MS = 100;
/** A sweep that is later than this says that the process was busy, and could not have seen what came meanwhile. */
const LATE_MS_MIN = 25;
const POOL_IDLE_MS = 600_000;
const CONNECTION_IDLE_MS = 30_000;
const HEADER_BYTES_MAX = 65_536;

/** The one way out: keeps connections to upstreams and holds every call to its time limits. Redirects are not followed. */
@Injectable()
export class UpstreamClient implements OnApplicationShutdown {
  private readonly upstreams = new Map<string, Upstream>();
  private readonly calls = new Roster<UpstreamCall>();
  private sweptAtMs = performance.now();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();

  /** Sends a request; the call's `started` resolves at the response's head and rejects with UpstreamError. */
  send({ baseUrl, path, headers, body, limits }: UpstreamRequest): UpstreamCall {
    const call = new UpstreamCall(limits, this.calls);
    try {
      const { pool, pathPrefix } = this.upstreamOf(baseUrl, limits.connectTimeoutMs);
      pool.dispatch({ method: 'POST', path: pathPrefix + path, headers, body }, call);
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

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeper);
    this.calls.forEach((call) => call.abort());
    await Promise.all([...this.upstreams.values()].map(({ pool }) => pool.destroy()));
  }

  private upstreamOf(baseUrl: string, connectTimeoutMs: number): Upstream {
    const key = `${connectTimeoutMs} ${baseUrl}`;
    const known = this.upstreams.get(key);
    if (known) {
      known.usedAtMs = performance.now();
      return known;
    }
    const { origin, pathname } = new URL(baseUrl);
    const pool = new Pool(origin, {
      connections: null,
      pipelining: 1,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: CONNECTION_IDLE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    });
    const upstream = { pool, pathPrefix: pathname === '/' ? '' : pathname, usedAtMs: performance.now() };
    this.upstreams.set(key, upstream);
    return upstream;
  }

  private sweep(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.sweptAtMs - SWEEP_MS;
    this.sweptAtMs = nowMs;
    if (lateMs > LATE_MS_MIN) this.calls.forEach((call) => call.postpone(lateMs));
    this.calls.forEach((call) => call.expire(nowMs));
    for (const [key, { pool, usedAtMs }] of this.upstreams) {
      if (nowMs - usedAtMs < POOL_IDLE_MS) continue;
      this.upstreams.delete(key);
      pool.close().catch(() => undefined);
    }
  }
}
