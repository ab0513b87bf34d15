import type { VideoCall } from '@tokenbay/protocol';
import { chooseShape, type VideoRules } from './video-shape.js';

const RULES: VideoRules = {
  seconds: { min: 2, max: 12 },
  secondsDefault: 5,
  resolutions: ['480p', '720p'],
  aspectRatios: ['16:9', '9:16', '1:1', 'adaptive'],
  sizes: {
    '480p': { '16:9': '864x480', '9:16': '480x864' },
    '720p': { '16:9': '1248x704', '9:16': '704x1248', '1:1': '960x960' },
    '1080p': { '16:9': '1920x1080' },
  },
};

function choose(fields: Partial<VideoCall>, rules = RULES) {
  return chooseShape({ referenceImages: [], metadata: {}, spelling: {}, ...fields }, rules);
}

describe('length and picture of a video', () => {
  it.each<[Partial<VideoCall>, object]>([
    [{}, { seconds: 5, resolution: undefined, aspectRatio: undefined, size: undefined }],
    [
      { seconds: 12, resolution: '720p' },
      { seconds: 12, resolution: '720p', size: undefined },
    ],
    [
      { resolution: '720p', aspectRatio: '1:1' },
      { resolution: '720p', aspectRatio: '1:1', size: '960x960' },
    ],
    [
      { resolution: '720p', aspectRatio: 'adaptive' },
      { aspectRatio: 'adaptive', size: undefined },
    ],
    [{ size: { width: 960, height: 960 } }, { resolution: '720p', aspectRatio: '1:1', size: '960x960' }],
    [
      { size: { width: 1280, height: 720 }, resolution: '720p', aspectRatio: '16:9' },
      { resolution: '720p', aspectRatio: '16:9', size: '1248x704' },
    ],
  ])('of %j are %j', (fields, shape) => {
    expect(choose(fields)).toMatchObject(shape);
  });

  it.each<[Partial<VideoCall>, string, RegExp]>([
    [{ seconds: 1 }, 'seconds', /from 2 to 12/],
    [{ seconds: 13, spelling: { seconds: 'duration' } }, 'duration', /from 2 to 12/],
    [{ seconds: 2.5 }, 'seconds', /whole number/],
    [{ resolution: '1080p' }, 'resolution', /480p, 720p/],
    [{ aspectRatio: '21:9' }, 'aspect_ratio', /16:9/],
    [{ size: { width: 1920, height: 1080 } }, 'size', /864x480/],
    [{ size: { width: 999, height: 1 } }, 'size', /960x960/],
    [{ size: { width: 1280, height: 720 }, resolution: '480p' }, 'resolution', /contradicts size/],
    [{ size: { width: 1280, height: 720 }, aspectRatio: '9:16' }, 'aspect_ratio', /contradicts size/],
  ])('%j is refused, naming %s', (fields, param, message) => {
    expect(() => choose(fields)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        options: { param, message: expect.stringMatching(message) },
      }),
    );
  });

  it('are judged by the only lengths there are, and not at all where the provider judges', () => {
    expect(() => choose({ seconds: 5 }, { ...RULES, seconds: [4, 6, 8] })).toThrow('seconds');
    const { resolutions, aspectRatios, ...open } = RULES;
    expect(choose({ resolution: '8k', aspectRatio: '2:1' }, open)).toMatchObject({ resolution: '8k', size: undefined });
    expect([resolutions, aspectRatios]).toHaveLength(2);
  });
});
