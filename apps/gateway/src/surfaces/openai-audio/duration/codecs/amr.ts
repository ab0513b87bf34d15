import type { PacketReader } from './packet-clock.js';

const FRAME_SECONDS = 0.02;
/** Bytes of a frame by its type (RFC 4867, 5.3): of narrow band and of wide band. What has no size there is one byte. */
const NARROW = [13, 14, 16, 18, 20, 21, 27, 32, 6];
const WIDE = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6];

/** Seconds of the AMR frames that a packet holds, 20 ms each. */
function amrClock(sizes: readonly number[]): PacketReader {
  return (bytes, begin, end) => {
    let frames = 0;
    for (let at = begin; at < end; at += sizes[(bytes[at]! >> 3) & 15] ?? 1) frames += 1;
    return frames * FRAME_SECONDS;
  };
}

export const amrNarrowSeconds = amrClock(NARROW);
export const amrWideSeconds = amrClock(WIDE);
