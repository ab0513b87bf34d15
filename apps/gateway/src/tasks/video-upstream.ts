import { Injectable } from '@nestjs/common';
import type { ProviderAdapter, VideoRequest } from '@tokenbay/providers';
import { readRetryAfter } from '../upstream/read-retry-after.js';
import type { CallLimits } from '../upstream/upstream-call.js';
import { UpstreamClient } from '../upstream/upstream.client.js';
import { encodeRequest } from './encode-request.js';

/** Where a request goes, and as whom. */
export interface VideoRoute {
  readonly adapter: ProviderAdapter;
  readonly baseUrl: string;
  readonly secret: string;
  readonly limits: CallLimits;
  /** True for what must not be sent twice. */
  readonly isOnce?: boolean;
}

/** An answer, whatever its status. */
export interface VideoAnswer {
  readonly status: number;
  /** The parsed JSON, the text where it is none, undefined where it is empty. */
  readonly body: unknown;
  readonly retryAfterSeconds: number | undefined;
}

const ANSWER_BYTES_MAX = 4_194_304;

/** Asks providers of videos: one request, one small answer. */
@Injectable()
export class VideoUpstream {
  constructor(private readonly upstream: UpstreamClient) {}

  /** Resolves with the whole answer; rejects with UpstreamError where there was none. */
  async ask(
    request: VideoRequest,
    { adapter, baseUrl, secret, limits, isOnce = false }: VideoRoute,
  ): Promise<VideoAnswer> {
    const encoded = request.body && encodeRequest(request.body);
    const call = this.upstream.send({
      ...{ method: request.method, baseUrl, path: request.path, limits, isOnce },
      headers: {
        ...adapter.headers(secret),
        ...(encoded && { 'content-type': encoded.contentType }),
        ...{ accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'tokenbay-gateway' },
        ...request.headers,
      },
      ...(encoded && { body: encoded.body }),
    });
    try {
      await call.started;
      const bytes = await call.readAll(ANSWER_BYTES_MAX);
      return { status: call.status, body: parse(bytes), retryAfterSeconds: readRetryAfter(call.headers) };
    } finally {
      call.abort();
    }
  }
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
