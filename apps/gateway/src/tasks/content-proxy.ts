import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientConnection } from '../relay/client-connection.js';
import { ForeignFetch, type OriginCredential } from '../upstream/foreign-fetch.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';
import { contentHeaders, headersToAsk } from './content-headers.js';

/** Where the bytes of a result are. */
export interface ContentSource {
  readonly url: string;
  /** What the provider wants to see; sent to this origin only, and not any more once a redirect has left it. */
  readonly credential?: OriginCredential;
  /**
   * True only where this gateway put the URL together from a channel's base URL, whose origin is then `credential`'s. Never for one that an
   * upstream's answer named, even on the same host: that one must be public, or listed in `CONTENT_PROXY_ALLOW`.
   */
  readonly isChannelUrl?: boolean;
  /** Asked once where the URL answers 401, 403, 404 or 410: the result's present source, or null where the provider has none. */
  readonly onExpired?: () => Promise<ContentSource | null>;
}

const EXPIRED_STATUSES = new Set([401, 403, 404, 410]);
const CONTENT_BYTES_MAX = 17_179_869_184;
/** What may pass when the same is asked again. */
const PASSING_KINDS: ReadonlySet<UpstreamErrorKind> = new Set([
  'connect',
  'connect_timeout',
  'exhausted',
  'timeout',
  'cut',
]);

/** Hands a task's result through to its owner, as it comes: nothing of it is kept. */
@Injectable()
export class ContentProxy {
  constructor(private readonly foreign: ForeignFetch) {}

  /**
   * Answers `GET` and `HEAD` with the content, in whole or in the ranges asked for, and sends by itself. Rejects with `content_fetch_failed`;
   * where the answer had begun, its connection is cut by then. Who may see the content is decided before.
   */
  async stream(source: ContentSource, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const client = new ClientConnection(reply);
    try {
      const call = await this.open(source, request, client.untilGone());
      await pass(call, client, request.method === 'HEAD');
    } catch (error) {
      if (client.isGone) return void reply.hijack();
      // A clean end would look like success.
      if (reply.raw.headersSent) reply.raw.destroy();
      throw toFetchFailure(error);
    }
  }

  private async open(source: ContentSource, request: FastifyRequest, signal: AbortSignal): Promise<UpstreamCall> {
    const call = await this.ask(source, request, signal);
    if (!EXPIRED_STATUSES.has(call.status) || !source.onExpired) return takeAnswer(call, request);
    call.abort();
    const renewed = await source.onExpired();
    if (!renewed) throw new DomainError('content_fetch_failed', 'expired', { shouldRetry: false });
    return takeAnswer(await this.ask(renewed, request, signal), request);
  }

  /** A HEAD is asked as GET and left at its head: URLs are signed for GET, and refuse anything else. */
  private ask(source: ContentSource, request: FastifyRequest, signal: AbortSignal): Promise<UpstreamCall> {
    const { url, credential, isChannelUrl } = source;
    const headers = headersToAsk(request.headers);
    return this.foreign.open({ url, method: 'GET', headers, credential, isChannelUrl, followsRedirects: true, signal });
  }
}

/** The answer, where it is one that the client can be given. */
function takeAnswer(call: UpstreamCall, { headers }: FastifyRequest): UpstreamCall {
  const { status } = call;
  const isPartial = (status === 206 || status === 416) && headers.range !== undefined;
  const isUnchanged =
    status === 304 && (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined);
  const isPage = status < 300 && String(call.headers['content-type']).startsWith('text/html');
  const isTooLarge = Number(call.headers['content-length'] ?? 0) > CONTENT_BYTES_MAX;
  if ((status === 200 || isPartial || isUnchanged) && !isPage && !isTooLarge) return call;
  call.abort();
  const detail = isPage ? 'answered with a page' : isTooLarge ? 'too large' : `answered ${status}`;
  throw new DomainError('content_fetch_failed', detail, { shouldRetry: status >= 500 });
}

async function pass(call: UpstreamCall, client: ClientConnection, isHead: boolean): Promise<void> {
  client.start(call.status, contentHeaders(call.status, call.headers));
  if (isHead || call.status > 206) {
    call.abort();
    return client.end([]);
  }
  let bytes = 0;
  await call.consume((chunk) => {
    bytes += chunk.length;
    if (bytes > CONTENT_BYTES_MAX) throw new UpstreamError('too_large', `content over ${CONTENT_BYTES_MAX} bytes`);
    return client.write([chunk]);
  });
  client.end([]);
}

function toFetchFailure(error: unknown): DomainError {
  if (error instanceof DomainError && error.code === 'content_fetch_failed') return error;
  const isUpstream = error instanceof UpstreamError;
  const detail = isUpstream ? error.message : 'refresh';
  const shouldRetry = isUpstream ? PASSING_KINDS.has(error.kind) : true;
  return new DomainError('content_fetch_failed', detail, { shouldRetry, cause: error });
}
