import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
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

interface Origin {
  readonly pool: Pool;
  usedAtMs: number;
}

const SWEEP_MS = 100;
const POOL_IDLE_MS = 600_000;
const CONNECTION_IDLE_MS = 30_000;
const HEADER_BYTES_MAX = 65_536;

/** The one way out: keeps connections to upstreams and holds every call to its time limits. Redirects are not followed. */
@Injectable()
export class UpstreamClient implements OnApplicationShutdown {
  private readonly origins = new Map<string, Origin>();
  private readonly calls = new Set<UpstreamCall>();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  private readonly forget = (call: UpstreamCall): void => void this.calls.delete(call);

  /** Sends a request; the call's `started` resolves at the response's head and rejects with UpstreamError. */
  send(request: UpstreamRequest): UpstreamCall {
    const { origin, pathname } = new URL(request.baseUrl);
    const call = new UpstreamCall(request.limits, this.forget);
    this.calls.add(call);
    const path = (pathname === '/' ? '' : pathname) + request.path;
    try {
      this.poolOf(origin, request.limits.connectTimeoutMs).dispatch(
        { method: 'POST', path, headers: request.headers, body: request.body },
        call,
      );
    } catch (error) {
      call.abort(new UpstreamError('connect', 'not sent', error));
    }
    return call;
  }

  /** How many calls are under way. */
  get inFlight(): number {
    return this.calls.size;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeper);
    for (const call of this.calls) call.abort();
    await Promise.all([...this.origins.values()].map(({ pool }) => pool.destroy()));
  }

  private poolOf(origin: string, connectTimeoutMs: number): Pool {
    const key = `${connectTimeoutMs} ${origin}`;
    const known = this.origins.get(key);
    if (known) {
      known.usedAtMs = performance.now();
      return known.pool;
    }
    const pool = new Pool(origin, {
      connections: null,
      pipelining: 1,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: CONNECTION_IDLE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    });
    this.origins.set(key, { pool, usedAtMs: performance.now() });
    return pool;
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const call of this.calls) call.expire(nowMs);
    for (const [key, { pool, usedAtMs }] of this.origins) {
      if (nowMs - usedAtMs < POOL_IDLE_MS) continue;
      this.origins.delete(key);
      pool.close().catch(() => undefined);
    }
  }
}
