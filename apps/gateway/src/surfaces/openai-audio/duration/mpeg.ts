const SEARCHED_BYTES = 65_536;
const HEADER_BYTES = 4;
/** Kilobits a second by index: layer III of MPEG 1, and of MPEG 2 and 2.5. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
const SAMPLE_RATES = [44_100, 48_000, 32_000, 0];

/** What the header of one frame says. */
interface Frame {
  readonly seconds: number;
  readonly bytes: number;
}

/**
 * Seconds of an MP3 file: of all frames that are in it, however many its first one tells. What lies between frames is passed over, as
 * decoders do.
 */
export function readMpegDuration(bytes: Buffer): number | undefined {
  const begin = tagBytes(bytes);
  const start = findFrame(bytes, begin, begin + SEARCHED_BYTES);
  if (start === undefined) return undefined;
  let seconds = 0;
  for (let at: number | undefined = start; at !== undefined;) {
    const frame = readMpegFrame(bytes, at);
    if (frame) {
      seconds += frame.seconds;
      at += frame.bytes;
    } else at = findFrame(bytes, at + 1, bytes.length);
  }
  return seconds;
}

/** The first frame of a stretch that another follows, or that is the last. */
function findFrame(bytes: Buffer, begin: number, end: number): number | undefined {
  const last = Math.min(bytes.length - HEADER_BYTES, end);
  for (let at = begin; at <= last; at += 1) {
    const frame = bytes[at] === 0xff ? readMpegFrame(bytes, at) : undefined;
    if (!frame) continue;
    const next = at + frame.bytes;
    if (next === bytes.length || readMpegFrame(bytes, next)) return at;
  }
  return undefined;
}

/** The size of an ID3v2 tag, which holds seven bits in each byte. */
export function tagBytes(bytes: Buffer): number {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  return 10 + ((bytes[6]! & 0x7f) << 21) + ((bytes[7]! & 0x7f) << 14) + ((bytes[8]! & 0x7f) << 7) + (bytes[9]! & 0x7f);
}

/** Looked up rather than computed: files of many megabytes are nothing but frames. */
export function readMpegFrame(bytes: Buffer, at: number): Frame | undefined {
  if (bytes[at] !== 0xff || at + HEADER_BYTES > bytes.length) return undefined;
  const second = bytes[at + 1]!;
  return second >> 5 === 7 ? FRAMES[((second & 0x1e) << 6) | (bytes[at + 2]! >> 1)] : undefined;
}

/** What the bits of version, layer, rates and padding say; undefined for what is no frame of layer III. */
function frameOf(index: number): Frame | undefined {
  const version = (index >> 9) & 3;
  const isLayer3 = ((index >> 7) & 3) === 1;
  if (version === 1 || !isLayer3) return undefined;
  const isVersion1 = version === 3;
  const bytesPerSecond = (isVersion1 ? RATES_1 : RATES_2)[(index >> 3) & 15]! * 125;
  const sampleRate = SAMPLE_RATES[(index >> 1) & 3]! / (isVersion1 ? 1 : version === 2 ? 2 : 4);
  if (bytesPerSecond === 0 || sampleRate === 0) return undefined;
  const samples = isVersion1 ? 1_152 : 576;
  const padding = index & 1;
  return { seconds: samples / sampleRate, bytes: Math.floor((samples * bytesPerSecond) / sampleRate) + padding };
}

const FRAMES = Array.from({ length: 2_048 }, (_, index) => frameOf(index));
