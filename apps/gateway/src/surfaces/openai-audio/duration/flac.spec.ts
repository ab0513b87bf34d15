import { flacBegin, flacFrame, makeFlac } from '@tokenbay/testing';
import { readFlacDuration } from './flac.js';

const FRAMES = 100;
const SECONDS = (FRAMES * 4_096) / 16_000;
const frames = (rate?: number): Buffer[] => Array.from({ length: FRAMES }, (_, index) => flacFrame(index, rate));

describe('the duration of a FLAC file', () => {
  it.each<[what: string, file: Buffer, seconds: number]>([
    ['that tells the truth', makeFlac({ frames: FRAMES, told: FRAMES * 4_096 }), SECONDS],
    ['that tells less', makeFlac({ frames: FRAMES, told: 1 }), SECONDS],
    ['that tells more', makeFlac({ frames: FRAMES, told: 0xffffffff }), SECONDS],
    ['that was streamed, and tells nothing', makeFlac({ frames: FRAMES }), SECONDS],
    ['with a picture', Buffer.concat([flacBegin(16_000, 1, [Buffer.alloc(90_000)]), ...frames()]), SECONDS],
    [
      'behind a tag',
      Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x02\0'), Buffer.alloc(256), makeFlac({ frames: FRAMES })]),
      SECONDS,
    ],
    ['whose frames tell a faster rate', Buffer.concat([flacBegin(16_000, 1), ...frames(48_000)]), SECONDS],
    ['whose frames tell a slower rate', Buffer.concat([flacBegin(48_000, 1), ...frames(16_000)]), SECONDS],
    [
      'of two behind each other',
      Buffer.concat([makeFlac({ frames: FRAMES }), makeFlac({ frames: FRAMES })]),
      2 * SECONDS,
    ],
    ['without a frame', makeFlac({ frames: 0, told: 1e9 }), 0],
  ])('is that of its frames, whatever it tells: %s', (_, file, seconds) => {
    expect(readFlacDuration(file)).toBeCloseTo(seconds, 3);
  });

  it('counts what no frame has room for as speech at 8 kbit/s', () => {
    const room = 1_024 + 4_096 * 5;
    const file = Buffer.concat([flacBegin(16_000, 1), flacFrame(0), Buffer.alloc(room + 3_000)]);
    expect(readFlacDuration(file)).toBeCloseTo(4_096 / 16_000 + 3 + flacFrame(0).length / 1_000, 3);
  });

  it('is not told of what has no rate, or ends in its metadata', () => {
    expect(readFlacDuration(makeFlac({ frames: 9, rate: 0 }))).toBeUndefined();
    expect(readFlacDuration(flacBegin(16_000, 9).subarray(0, 30))).toBeUndefined();
  });
});
