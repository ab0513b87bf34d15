import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import type { VideoCall, VideoField, VideoImage } from '@tokenbay/protocol';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { BodyBudget } from '../relay/body-budget.js';
import { ForeignFetch } from '../upstream/foreign-fetch.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamError } from '../upstream/upstream-error.js';

const PICTURE_BYTES_MAX = 20_971_520;
/** For all pictures of a call, redirects included: its points are held meanwhile. */
const TOTAL_TIMEOUT_MS = 20_000;
const PICTURE_TYPE = /^image\/[a-z0-9.+-]{1,64}/;

/** A call whose pictures are here. */
export interface BroughtCall {
  readonly video: VideoCall;
  /** To be called once, when the pictures are needed no more. */
  readonly free: () => void;
}

/** What the pictures of one call may still take. */
interface Allowance {
  /** Ends when their time is over, or their client has left. */
  readonly signal: AbortSignal;
  /** Ends in the latter case only. */
  readonly untilGone: AbortSignal;
  bytesLeft: number;
  bytesTaken: number;
}

/**
 * Brings pictures that a client named by their address to providers that take nothing but bytes. Those of one call are no larger than a body
 * may be, and those of all calls together are bounded as bodies are.
 */
@Injectable()
export class PictureFetcher {
  private readonly budget = new BodyBudget();

  constructor(
    private readonly foreign: ForeignFetch,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'bodyBytesMax'>,
  ) {}

  /**
   * The call with all its pictures as bytes. Throws `invalid_request` naming the client's field where a picture cannot be fetched, is none,
   * is too large or is where nothing may be fetched from, and `system_overloaded` where too many pictures are in memory. Once the client has
   * left nothing more is fetched, and it rejects at once.
   */
  async bring(call: VideoCall, untilGone: AbortSignal): Promise<BroughtCall> {
    const signal = AbortSignal.any([untilGone, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]);
    const allowance: Allowance = { signal, untilGone, bytesLeft: this.config.bodyBytesMax, bytesTaken: 0 };
    const free = (): void => this.budget.give(allowance.bytesTaken);
    try {
      return { video: await this.bringAll(call, allowance), free };
    } catch (error) {
      free();
      throw error;
    }
  }

  /** One after the other, so that each knows what the others have left. */
  private async bringAll(call: VideoCall, allowance: Allowance): Promise<VideoCall> {
    const { firstFrame, lastFrame } = call;
    const fetch = (field: VideoField, image: VideoImage) => this.fetch(image, nameOf(call, field), allowance);
    const referenceImages: VideoImage[] = [];
    for (const image of call.referenceImages) referenceImages.push(await fetch('referenceImages', image));
    return {
      ...call,
      ...(firstFrame && { firstFrame: await fetch('firstFrame', firstFrame) }),
      ...(lastFrame && { lastFrame: await fetch('lastFrame', lastFrame) }),
      referenceImages,
    };
  }

  private async fetch(image: VideoImage, field: string, allowance: Allowance): Promise<VideoImage> {
    if (image.kind === 'bytes') return image;
    try {
      return await this.download(image.url, allowance);
    } catch (cause) {
      if (cause instanceof DomainError) throw cause;
      if (allowance.untilGone.aborted) throw abandoned();
      const message = `${field}: the picture at this address cannot be fetched. Send the picture itself.`;
      throw new DomainError('invalid_request', field, { cause, message, param: field });
    }
  }

  private async download(url: string, allowance: Allowance): Promise<VideoImage> {
    const { signal } = allowance;
    const request = { url, method: 'GET', headers: {}, followsRedirects: true, isClientUrl: true, signal } as const;
    const call = await this.foreign.open(request);
    try {
      const [mediaType] = PICTURE_TYPE.exec(String(call.headers['content-type']).toLowerCase()) ?? [];
      if (call.status !== 200 || mediaType === undefined) throw new Error(`answered ${call.status}, ${mediaType}`);
      return { kind: 'bytes', mediaType, bytes: await this.readWithin(call, allowance) };
    } finally {
      call.abort();
    }
  }

  /** Room is taken before anything is read: for what the answer says that it is long, or for all that may come. */
  private async readWithin(call: UpstreamCall, allowance: Allowance): Promise<Buffer> {
    const bytesMax = Math.min(PICTURE_BYTES_MAX, allowance.bytesLeft);
    const said = Number(call.headers['content-length'] ?? bytesMax);
    if (!(said <= bytesMax)) throw new Error('too large');
    this.budget.take(said);
    allowance.bytesTaken += said;
    const bytes = await call.readAll(said);
    this.budget.give(said - bytes.length);
    allowance.bytesTaken -= said - bytes.length;
    allowance.bytesLeft -= bytes.length;
    return bytes;
  }
}

/** For the log only: nobody is there to be told. */
function abandoned(): DomainError {
  const cause = new UpstreamError('abandoned', 'its client has left');
  return new DomainError('upstream_timeout', cause.message, { cause });
}

function nameOf({ spelling }: VideoCall, field: VideoField): string {
  return spelling[field] ?? field;
}
