import { BYTES_PER_SECOND_MIN } from './codecs/packet-clock.js';
import { checksumOfPage } from './ogg-checksum.js';
import { beginsSound } from './ogg-codec.js';
import { LogicalStream, type OggPage } from './ogg-stream.js';

const HEADER_BYTES = 27;
const CAPTURE = Buffer.from('OggS');
/** What a file has at once are one or two; of those that follow each other all count. */
const STREAMS_MAX = 64;
const CHAINED_MAX = 16_384;

/**
 * Seconds of an Ogg file: of all packets of each stream of sound in it, chained ones included, or as far as its pages say that they reach, whichever
 * is more. Bytes that are in no page count as speech at 8 kbit/s. Undefined where a page is broken: decoders differ in what they play then.
 */
export function readOggDuration(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES || bytes.compare(CAPTURE, 0, CAPTURE.length, 0, CAPTURE.length) !== 0)
    return undefined;
  let [seconds, chained] = [0, 0];
  const streams = new Map<number, LogicalStream>();
  const finish = (): void => {
    for (const stream of streams.values()) seconds += stream.seconds();
    streams.clear();
  };
  for (let at = 0; at < bytes.length;) {
    const page = readPage(bytes, at);
    if (page && checksumOfPage(bytes, at, page.end) !== page.checksum) return undefined;
    if (page) {
      const known = streams.get(page.serial);
      const isNew = !known || (page.isFirst && beginsSound(bytes.subarray(page.bodyAt, page.end)));
      if (known && isNew) seconds += known.seconds();
      if (!known && streams.size >= STREAMS_MAX) finish();
      if (isNew) chained += 1;
      if (chained > CHAINED_MAX) return undefined;
      const stream = isNew ? new LogicalStream() : known;
      streams.set(page.serial, stream);
      stream.take(bytes, page);
    }
    const end = page ? page.end : at;
    const next = bytes.indexOf(CAPTURE, page ? end : at + 1);
    at = next < 0 ? bytes.length : next;
    seconds += (at - end) / BYTES_PER_SECOND_MIN;
  }
  finish();
  return seconds;
}

/** The page that begins here; undefined where the file ends before it does. */
function readPage(bytes: Buffer, at: number): OggPage | undefined {
  const segmentsAt = at + HEADER_BYTES;
  if (segmentsAt > bytes.length) return undefined;
  const bodyAt = segmentsAt + bytes[segmentsAt - 1]!;
  if (bodyAt > bytes.length) return undefined;
  let end = bodyAt;
  for (let segment = segmentsAt; segment < bodyAt; segment += 1) end += bytes[segment]!;
  if (end > bytes.length) return undefined;
  const flags = bytes[at + 5]!;
  return {
    ...{ segmentsAt, bodyAt, end, isContinued: (flags & 1) !== 0, isFirst: (flags & 2) !== 0 },
    // More than 2⁵³ samples are no recording; -1 is where no packet ends.
    position: bytes.readInt32LE(at + 10) * 2 ** 32 + bytes.readUInt32LE(at + 6),
    serial: bytes.readUInt32LE(at + 14),
    checksum: bytes.readUInt32LE(at + 22),
  };
}
