import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HostAllowList, readForeignUrl } from '@tokenbay/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { connectForeign, FOREIGN_CONNECT_TIMEOUT_MS } from './connect-foreign.js';
import { ForeignDialer } from './foreign-dialer.js';
import { type ConnectionOwner, Http1Connection } from './http1/http1-connection.js';
import { writeRequestHead } from './http1/request-head.js';
import { type CallLimits, UpstreamCall } from './upstream-call.js';
import { UpstreamError } from './upstream-error.js';
import { WatchedCalls } from './watched-calls.js';

/** Headers that only one origin may see. */
export interface OriginCredential {
  /** Scheme, host and port as `URL.origin` writes them. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request to a URL that came from elsewhere. */
export interface ForeignRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent as long as the request has not left this origin. */
  readonly credential?: OriginCredential | undefined;
  /**
   * True only where this gateway put the URL together from a channel's base URL: an administrator chose its host, which need not be public.
   * Then `credential` names the channel's origin.
   */
  readonly isChannelUrl?: boolean | undefined;
  /** True where a client of the gateway chose the URL: what the operator listed is not for it. */
  readonly isClientUrl?: boolean | undefined;
  /** Otherwise a redirect is an answer like any other. */
  readonly followsRedirects: boolean;
  /** For the whole request, in milliseconds; unlimited where absent, since what moves may take as long as it needs. */
  readonly totalTimeoutMs?: number;
  /** Ends the request, before and after its answer has begun. */
  readonly signal: AbortSignal;
}

/** One request of those that redirects make of one. */
interface Hop {
  readonly url: URL;
  readonly isTrusted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const REDIRECTS_MAX = 3;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);
const FIRST_BYTE_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 30_000;
/** Each connection goes with its request. */
const NOBODY: ConnectionOwner = { tlsSession: undefined, takeIdle: () => undefined, takeClosed: () => undefined };
const OUR_HEADERS = { 'user-agent': 'tokenbay-gateway', accept: '*/*', 'accept-encoding': 'identity' };

/**
 * Fetches URLs that came from elsewhere without letting them lead into our own network: each hop is https to hosts all of whose addresses are
 * public, or a host that the operator listed. Every request has a connection of its own, so that none is used that was not judged for it.
 */
@Injectable()
export class ForeignFetch implements OnApplicationShutdown {
  private readonly calls = new WatchedCalls();
  private readonly allowed: HostAllowList;

  constructor(
    @Inject(GATEWAY_CONFIG) { contentProxyAllow }: Pick<GatewayConfig, 'contentProxyAllow'>,
    private readonly dialer: ForeignDialer,
  ) {
    this.allowed = contentProxyAllow;
  }

  /** Resolves at the head of the answer, whatever its status. Rejects with UpstreamError: `forbidden` where a hop may not be fetched. */
  async open(request: ForeignRequest): Promise<UpstreamCall> {
    let { credential } = request;
    const isOwn = isAtChannel(request);
    const allowed = request.isClientUrl ? HostAllowList.EMPTY : this.allowed;
    let url = isOwn ? new URL(request.url) : readUrl(request.url, allowed);
    for (let redirects = 0; ; redirects += 1) {
      if (credential?.origin !== url.origin) credential = undefined;
      const isTrusted = (redirects === 0 && isOwn) || allowed.has(url);
      const headers = { ...OUR_HEADERS, ...request.headers, ...credential?.headers };
      const call = await this.send(request, { url, isTrusted, headers });
      const { location } = call.headers;
      if (!request.followsRedirects || !REDIRECT_STATUSES.has(call.status) || location === undefined) return call;
      call.abort();
      if (redirects === REDIRECTS_MAX) throw new UpstreamError('forbidden', 'too many redirects');
      if (!URL.canParse(location, url.href)) throw new UpstreamError('malformed', 'a redirect to no URL');
      url = readUrl(new URL(location, url).href, allowed);
    }
  }

  onApplicationShutdown(): void {
    this.calls.stop();
  }

  private send(request: ForeignRequest, hop: Hop): Promise<UpstreamCall> {
    const { url, isTrusted } = hop;
    const head = headOf(request, hop);
    const call = new UpstreamCall(limitsOf(request), this.calls);
    const over = new AbortController();
    const abort = (): void => call.abort();
    call.whenOver(() => {
      request.signal.removeEventListener('abort', abort);
      over.abort();
    });
    request.signal.addEventListener('abort', abort);
    if (request.signal.aborted) abort();
    const outgoing = { head, body: request.body, isAlone: true, listener: call };
    connectForeign({ url, isTrusted, dialer: this.dialer, signal: over.signal }).then(
      (socket) => new Http1Connection(socket, NOBODY, outgoing),
      (error: unknown) => call.onResponseError(null, error as Error),
    );
    return call.started;
  }
}

function headOf({ method, body }: ForeignRequest, { url, headers }: Hop): string {
  try {
    return writeRequestHead({ method, path: url.pathname + url.search, headers, body }, url.host, false);
  } catch (error) {
    throw new UpstreamError('connect', 'not sent', error);
  }
}

function readUrl(text: string, allowed: HostAllowList): URL {
  const reading = readForeignUrl(text, allowed);
  if ('problem' in reading) throw new UpstreamError('forbidden', `the URL${reading.problem}`);
  return reading.url;
}

/** A path may hold what makes another host of it: the host is believed only where it is the one that the credential is for. */
function isAtChannel({ url, isChannelUrl, credential }: ForeignRequest): boolean {
  if (!isChannelUrl || !credential || !URL.canParse(url)) return false;
  const { origin, username, password } = new URL(url);
  return origin === credential.origin && username === '' && password === '';
}

function limitsOf({ totalTimeoutMs = Infinity }: ForeignRequest): CallLimits {
  return {
    connectTimeoutMs: FOREIGN_CONNECT_TIMEOUT_MS,
    firstByteTimeoutMs: FIRST_BYTE_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    totalTimeoutMs,
  };
}
