import { readEbmlDuration } from './ebml.js';
import { readMp4Duration } from './mp4.js';
import { readMpegDuration } from './mpeg.js';
import { readFlacDuration, readOggDuration } from './ogg-flac.js';
import { readWavDuration } from './wav.js';

const READERS: readonly ((bytes: Buffer) => number | undefined)[] = [
  readWavDuration,
  readFlacDuration,
  readOggDuration,
  readMp4Duration,
  readEbmlDuration,
  readMpegDuration,
];

/**
 * How long a recording says that it is, in seconds; undefined where it does not say so, or is none that we know (WAV, FLAC, Ogg, MP4, WebM, MP3).
 * WAV and MP3 are measured, the others say it themselves: what is charged must not rest on that alone. Never more than one pass over the bytes, so
 * that no file, however made, takes long.
 */
export function readDuration(bytes: Buffer): number | undefined {
  for (const read of READERS) {
    const seconds = read(bytes);
    if (seconds !== undefined) return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  }
  return undefined;
}
