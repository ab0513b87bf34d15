import { BYTES_PER_SECOND_MIN, type PacketReader } from './packet-clock.js';

const STREAM_INFORMATION_BYTES = 18;
const SYNC = 0xff;
const HEADER_BYTES_MAX = 16;
/** By the bits of a frame's header; 0 where the stream's own counts, NaN for what is no rate. */
const RATES = [
  ...[0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000],
  ...[NaN, NaN, NaN, NaN],
];
/** More than any frame takes for what it holds beside its samples. */
const OVERHEAD_BYTES = 1_024;
const SAMPLE_BYTES_MAX = 5;

/** Samples a second as the stream information of a FLAC stream says; undefined where it says none. */
export function readFlacRate(information: Buffer): number | undefined {
  if (information.length < STREAM_INFORMATION_BYTES) return undefined;
  const rate = information.readUIntBE(10, 3) >>> 4;
  return rate > 0 ? rate : undefined;
}

/**
 * Seconds of all FLAC frames in a stretch, whose headers are found by their checksum: a sound that only looks like one counts as well. Bytes that
 * no frame has room for count as speech at 8 kbit/s.
 */
export function flacClock(streamRate: number): PacketReader {
  return (bytes, begin, end) => {
    let seconds = 0;
    let explainedTo = begin;
    for (let at = begin; at < end; at += 1) {
      const frame = bytes[at] === SYNC ? readFrame(bytes, at, end) : undefined;
      if (!frame) continue;
      seconds += frame.samples / Math.min(frame.rate || streamRate, streamRate);
      seconds += Math.max(at - explainedTo, 0) / BYTES_PER_SECOND_MIN;
      explainedTo = Math.max(explainedTo, at + OVERHEAD_BYTES + frame.samples * frame.channels * SAMPLE_BYTES_MAX);
    }
    return seconds + Math.max(end - explainedTo, 0) / BYTES_PER_SECOND_MIN;
  };
}

/** What the header of a frame says. */
interface Frame {
  readonly samples: number;
  /** 0 where it is the stream's. */
  readonly rate: number;
  readonly channels: number;
}

/** The header of a frame (RFC 9639, 9.1): its sync code, numbers that are allowed, and its checksum. */
function readFrame(bytes: Buffer, at: number, end: number): Frame | undefined {
  if (at + 6 > end || (bytes[at + 1]! & 0xfe) !== 0xf8) return undefined;
  const [third, fourth] = [bytes[at + 2]!, bytes[at + 3]!];
  const [sizeCode, rateCode, channelCode] = [third >> 4, third & 15, fourth >> 4];
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || (fourth & 1) === 1) return undefined;
  const numberBytes = codedBytes(bytes[at + 4]!);
  const sizeAt = at + 4 + numberBytes;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateAt = sizeAt + sizeBytes;
  const rateBytes = rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  const checkAt = rateAt + rateBytes;
  if (numberBytes === 0 || checkAt >= end || checkAt - at >= HEADER_BYTES_MAX) return undefined;
  if (checksum(bytes, at, checkAt) !== bytes[checkAt]) return undefined;
  const samples = sizeBytes > 0 ? bytes.readUIntBE(sizeAt, sizeBytes) + 1 : samplesOf(sizeCode);
  const coded = rateBytes > 0 ? bytes.readUIntBE(rateAt, rateBytes) : 0;
  const rate = rateBytes > 0 ? coded * (rateCode === 12 ? 1_000 : rateCode === 14 ? 10 : 1) : RATES[rateCode]!;
  return { samples, rate, channels: channelCode < 8 ? channelCode + 1 : 2 };
}

function samplesOf(code: number): number {
  if (code === 1) return 192;
  return code < 6 ? 576 * 2 ** (code - 2) : 256 * 2 ** (code - 8);
}

/** How long a number is that is coded as UTF-8 codes characters; 0 for what is none. */
function codedBytes(first: number): number {
  if (first < 0x80) return 1;
  const ones = Math.clz32(~(first << 24));
  return ones >= 2 && ones <= 7 ? ones : 0;
}

/** The checksum of a header: 8 bits, of x⁸ + x² + x + 1. */
function checksum(bytes: Buffer, at: number, end: number): number {
  let sum = 0;
  for (let index = at; index < end; index += 1) sum = CHECKSUMS[sum ^ bytes[index]!]!;
  return sum;
}

const CHECKSUMS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x80 ? 0x07 : 0)) & 0xff;
  return sum;
});
