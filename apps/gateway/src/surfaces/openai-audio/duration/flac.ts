import { flacClock, readFlacRate } from './codecs/flac-frames.js';
import { tagBytes } from './mpeg.js';

const INFORMATION_BYTES = 34;

/** Seconds of a FLAC file: of all frames that are in it, however many samples its stream information tells. */
export function readFlacDuration(bytes: Buffer): number | undefined {
  const begin = tagBytes(bytes);
  if (bytes.toString('latin1', begin, begin + 4) !== 'fLaC') return undefined;
  const rate = readFlacRate(bytes.subarray(begin + 8, begin + 8 + INFORMATION_BYTES));
  const frames = skipMetadata(bytes, begin + 4);
  return rate === undefined || frames === undefined ? undefined : flacClock(rate)(bytes, frames, bytes.length);
}

/** Where the first frame is: after the last block of metadata. Undefined where the file ends before. */
function skipMetadata(bytes: Buffer, begin: number): number | undefined {
  for (let at = begin; at + 4 <= bytes.length;) {
    const isLast = bytes[at]! >= 0x80;
    at += 4 + bytes.readUIntBE(at + 1, 3);
    if (isLast) return at <= bytes.length ? at : undefined;
  }
  return undefined;
}
