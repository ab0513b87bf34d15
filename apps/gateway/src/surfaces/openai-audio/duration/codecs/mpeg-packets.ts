import { readMpegFrame } from '../mpeg.js';
import { BYTES_PER_SECOND_USUAL } from './packet-clock.js';

/** Seconds of the MP3 frames that a packet holds; what is none counts by its bytes. */
export function mpegSeconds(bytes: Buffer, begin: number, end: number): number {
  let seconds = 0;
  let at = begin;
  for (let frame = readMpegFrame(bytes, at); frame && at < end; frame = readMpegFrame(bytes, at)) {
    seconds += frame.seconds;
    at += frame.bytes;
  }
  return seconds + Math.max(end - at, 0) / BYTES_PER_SECOND_USUAL;
}
