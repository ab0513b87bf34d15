import { type Channel, type ChannelCatalog, ChannelHealth } from '@tokenbay/channels';
import type { VideoCall } from '@tokenbay/protocol';
import { SECONDS_UNKNOWN } from './price-task.js';
import type { TaskCall } from './task-call.js';
import { TaskPlaces } from './task-places.js';

const AT = { kind: 'url', url: 'https://example.com/a.png' } as const;
const BYTES = { kind: 'bytes', mediaType: 'image/png', bytes: Buffer.alloc(64) } as const;

const places = new TaskPlaces({} as ChannelCatalog, new ChannelHealth());
const channel = (provider: string, upstreamModel: string) =>
  ({ provider, models: new Map([['film', upstreamModel]]) }) as unknown as Channel;
const SORA = channel('openai', 'sora-2');
const VEO = channel('gemini', 'veo-3.1-generate-preview');
const ARK = channel('volcengine', 'doubao-seedance-1-0-pro-250528');

function rehearse(candidates: Channel[], fields: Partial<VideoCall> = {}) {
  const video = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
  return places.rehearse({ model: 'film', video } as unknown as TaskCall, candidates);
}

describe('what channels would make of a video', () => {
  it('is held for as long as the longest makes it, wherever its pictures are', () => {
    for (const pictures of [{}, { firstFrame: AT }, { firstFrame: BYTES }]) {
      expect(rehearse([SORA, VEO], pictures).seconds).toBe(8);
      expect(rehearse([VEO], pictures).seconds).toBe(8);
      expect(rehearse([SORA], { ...pictures, seconds: 12 }).seconds).toBe(12);
    }
    expect(rehearse([SORA], { lastFrame: AT }).seconds).toBe(SECONDS_UNKNOWN);
  });

  it('needs pictures as bytes where one that takes nothing else can carry it', () => {
    expect(rehearse([SORA, VEO], { firstFrame: AT }).needsBytes).toBe(true);
    expect(rehearse([ARK], { firstFrame: AT }).needsBytes).toBe(false);
  });

  it('needs none where that one refuses the call whatever the pictures are', () => {
    for (const refused of [{ referenceImages: [AT, AT, AT, AT] }, { firstFrame: AT, seconds: 5 }])
      expect(rehearse([ARK, VEO], refused).needsBytes).toBe(false);
  });
});
