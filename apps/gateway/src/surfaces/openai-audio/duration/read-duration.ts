import { readFlacDuration } from './flac.js';
import { readMatroskaDuration } from './matroska.js';
import { readMp4Duration } from './mp4.js';
import { readMpegDuration } from './mpeg.js';
import { readOggDuration } from './ogg.js';
import { readWavDuration } from './wav.js';

/** What tables tell may be any number; more than a century is only a lie, and no price is counted by it. */
const SECONDS_MAX = 4e9;
const READERS: readonly ((bytes: Buffer) => number | undefined)[] = [
  readWavDuration,
  readFlacDuration,
  readOggDuration,
  readMp4Duration,
  readMatroskaDuration,
  readMpegDuration,
];

/**
 * How long a recording plays, in seconds, by what is in it and not by what it says of itself: never less than a decoder would play of it. Undefined
 * where it is none that we know (WAV, FLAC, Ogg, MP4, WebM, MP3), or cannot be walked. Never more than a few passes over the bytes, so that no file,
 * however made, takes long.
 */
export function readDuration(bytes: Buffer): number | undefined {
  for (const read of READERS) {
    const seconds = read(bytes);
    if (seconds !== undefined) return seconds >= 0 ? Math.min(seconds, SECONDS_MAX) : undefined;
  }
  return undefined;
}
