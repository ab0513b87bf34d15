import { Injectable } from '@nestjs/common';
import type { Channel } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import type { VideoCall, VideoField, VideoImage } from '@tokenbay/protocol';
import { findAdapter } from '@tokenbay/providers';
import { ForeignFetch } from '../upstream/foreign-fetch.js';

const PICTURE_BYTES_MAX = 20_971_520;
/** For one picture, redirects included; all are fetched at once, while the task's points are held. */
const TOTAL_TIMEOUT_MS = 20_000;
const PICTURE_TYPE = /^image\/[a-z0-9.+-]{1,64}/;

/** Brings pictures that a client named by their address to providers that take nothing but bytes. */
@Injectable()
export class PictureFetcher {
  constructor(private readonly foreign: ForeignFetch) {}

  /**
   * The call as the channels can carry it: with its pictures as bytes where one of them does not take addresses. Throws `invalid_request`
   * naming the client's field where a picture cannot be fetched, is none, or is where nothing may be fetched from.
   */
  async bring(call: VideoCall, channels: readonly Channel[]): Promise<VideoCall> {
    if (channels.every(({ provider }) => findAdapter(provider)?.video?.takesImageUrls ?? true)) return call;
    const { firstFrame, lastFrame, referenceImages } = call;
    const [first, last, ...references] = await Promise.all([
      firstFrame && this.fetch(firstFrame, nameOf(call, 'firstFrame')),
      lastFrame && this.fetch(lastFrame, nameOf(call, 'lastFrame')),
      ...referenceImages.map((image) => this.fetch(image, nameOf(call, 'referenceImages'))),
    ]);
    return {
      ...call,
      ...(first && { firstFrame: first }),
      ...(last && { lastFrame: last }),
      referenceImages: references.filter((image) => image !== undefined),
    };
  }

  private async fetch(image: VideoImage, field: string): Promise<VideoImage> {
    if (image.kind === 'bytes') return image;
    try {
      return await this.download(image.url);
    } catch (cause) {
      const message = `${field}: the picture at this address cannot be fetched. Send the picture itself.`;
      throw new DomainError('invalid_request', field, { cause, message, param: field });
    }
  }

  private async download(url: string): Promise<VideoImage> {
    const request = {
      url,
      method: 'GET',
      headers: {},
      followsRedirects: true,
      totalTimeoutMs: TOTAL_TIMEOUT_MS,
    } as const;
    const call = await this.foreign.open({ ...request, signal: new AbortController().signal });
    try {
      const [mediaType] = PICTURE_TYPE.exec(String(call.headers['content-type']).toLowerCase()) ?? [];
      if (call.status !== 200 || mediaType === undefined) throw new Error(`answered ${call.status}, ${mediaType}`);
      return { kind: 'bytes', mediaType, bytes: await call.readAll(PICTURE_BYTES_MAX) };
    } finally {
      call.abort();
    }
  }
}

function nameOf({ spelling }: VideoCall, field: VideoField): string {
  return spelling[field] ?? field;
}
