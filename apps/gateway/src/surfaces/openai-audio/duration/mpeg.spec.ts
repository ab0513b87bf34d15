import { costInPasses } from '@tokenbay/testing';
import { readMpegDuration } from './mpeg.js';

/** Of looking at each byte; what looks at some again for each of them would take millions. */
const PASSES_MAX = 100;
/** A frame of MPEG 2, layer III, 24 kHz, 64 kbit/s: 192 bytes, 24 ms. */
const FRAME = Buffer.alloc(192);
FRAME.set([0xff, 0xf3, 0x84, 0xc4]);
/** The same at 8 kbit/s: 24 bytes, 24 ms; none is smaller. */
const SMALL = Buffer.alloc(24);
SMALL.set([0xff, 0xf3, 0x14, 0xc4]);

const frames = (count: number, frame = FRAME): Buffer => Buffer.alloc(count * frame.length, frame);

/** A first frame that tells how many there are. */
function telling(tag: 'Info' | 'Xing', count: number): Buffer {
  const frame = Buffer.from(FRAME);
  frame.write(tag, 13, 'latin1');
  frame.writeUInt32BE(1, 17);
  frame.writeUInt32BE(count, 21);
  return frame;
}

describe('the duration of an MP3', () => {
  it.each<[what: string, bytes: Buffer, seconds: number]>([
    ['whose first frame tells fewer', Buffer.concat([telling('Info', 42), frames(24_999)]), 600],
    ['whose first frame tells none', Buffer.concat([telling('Xing', 0), frames(999)]), 24],
    ['whose first frame tells more than there are', Buffer.concat([telling('Xing', 1e9), frames(999)]), 24],
    ['of rates that vary', Buffer.concat([frames(1_000), frames(1_000, SMALL), frames(500)]), 60],
    ['with other bytes in it', Buffer.concat([frames(500), Buffer.alloc(100_000, 7), frames(500)]), 24],
    ['with a tag at its end', Buffer.concat([frames(500), Buffer.from('TAG'), Buffer.alloc(125)]), 12],
  ])('is that of the frames in it: %s', (_, bytes, seconds) => {
    expect(readMpegDuration(bytes)).toBeCloseTo(seconds, 3);
  });

  it.each([
    ['of the smallest frames', frames(1_333_333, SMALL)],
    ['that are lost at once', Buffer.concat([frames(2), Buffer.alloc(32_000_000, 0xff)])],
    ['of frames that nothing follows', Buffer.concat([frames(2), Buffer.alloc(32_000_000, FRAME.subarray(0, 5))])],
  ])('costs little of 32 MB %s', async (_, bytes) => {
    expect(await costInPasses(bytes, () => readMpegDuration(bytes))).toBeLessThan(PASSES_MAX);
  });
});
