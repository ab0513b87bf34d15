const SEARCHED_BYTES = 65_536;
const HEADER_BYTES = 4;
/** Kilobits a second by index: layer III of MPEG 1, and of MPEG 2 and 2.5. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
const SAMPLE_RATES = [44_100, 48_000, 32_000, 0];

/** What the header of one frame says. */
interface Frame {
  readonly isVersion1: boolean;
  readonly isMono: boolean;
  readonly bytesPerSecond: number;
  readonly sampleRate: number;
  readonly bytes: number;
}

/** Seconds of an MP3 file: by the number of frames that its first one tells, else by its size at the rate of the first. */
export function readMpegDuration(bytes: Buffer): number | undefined {
  const start = findFrame(bytes);
  const frame = start === undefined ? undefined : readFrame(bytes, start);
  if (start === undefined || !frame) return undefined;
  const frames = readFrameCount(bytes.subarray(start), frame);
  const samples = frame.isVersion1 ? 1_152 : 576;
  return frames === undefined ? (bytes.length - start) / frame.bytesPerSecond : (frames * samples) / frame.sampleRate;
}

/** The first frame behind the tags that another follows, or that is the last. */
function findFrame(bytes: Buffer): number | undefined {
  const begin = tagBytes(bytes);
  const end = Math.min(bytes.length - HEADER_BYTES, begin + SEARCHED_BYTES);
  for (let at = begin; at <= end; at += 1) {
    const frame = bytes[at] === 0xff ? readFrame(bytes, at) : undefined;
    if (!frame) continue;
    const next = at + frame.bytes;
    if (next === bytes.length || (next + HEADER_BYTES <= bytes.length && readFrame(bytes, next))) return at;
  }
  return undefined;
}

/** The size of an ID3v2 tag, which holds seven bits in each byte. */
function tagBytes(bytes: Buffer): number {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  return 10 + ((bytes[6]! & 0x7f) << 21) + ((bytes[7]! & 0x7f) << 14) + ((bytes[8]! & 0x7f) << 7) + (bytes[9]! & 0x7f);
}

function readFrame(bytes: Buffer, at: number): Frame | undefined {
  const [first, second, third, fourth] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
  const version = (second >> 3) & 3;
  const isLayer3 = ((second >> 1) & 3) === 1;
  if (first !== 0xff || second >> 5 !== 7 || version === 1 || !isLayer3) return undefined;
  const isVersion1 = version === 3;
  const bytesPerSecond = (isVersion1 ? RATES_1 : RATES_2)[third >> 4]! * 125;
  const sampleRate = SAMPLE_RATES[(third >> 2) & 3]! / (isVersion1 ? 1 : version === 2 ? 2 : 4);
  if (bytesPerSecond === 0 || sampleRate === 0) return undefined;
  const samples = isVersion1 ? 1_152 : 576;
  const padding = (third >> 1) & 1;
  const isMono = fourth >> 6 === 3;
  return {
    ...{ isVersion1, isMono, bytesPerSecond, sampleRate },
    bytes: Math.floor((samples * bytesPerSecond) / sampleRate) + padding,
  };
}

/** The count that encoders of variable rates write into the first frame, behind its side information. */
function readFrameCount(bytes: Buffer, { isVersion1, isMono }: Frame): number | undefined {
  const side = isVersion1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const at = HEADER_BYTES + side;
  if (bytes.length < at + 12 || !/^(Xing|Info)$/.test(bytes.toString('latin1', at, at + 4))) return undefined;
  const hasCount = (bytes.readUInt32BE(at + 4) & 1) === 1;
  return hasCount ? bytes.readUInt32BE(at + 8) : undefined;
}
