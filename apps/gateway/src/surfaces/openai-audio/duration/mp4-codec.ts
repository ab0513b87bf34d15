import { aacClock } from './codecs/aac.js';
import { amrNarrowSeconds, amrWideSeconds } from './codecs/amr.js';
import { flacClock, readFlacRate } from './codecs/flac-frames.js';
import { mpegSeconds } from './codecs/mpeg-packets.js';
import { opusSeconds } from './codecs/opus.js';
import { type PacketClock, UNKNOWN_SOUND } from './codecs/packet-clock.js';
import { type Box, boxesIn } from './mp4-boxes.js';

const DESCRIPTIONS_AT = 8;
const ENTRY_BYTES = 28;
const AAC_TYPES = new Set([0x40, 0x66, 0x67, 0x68]);
const MPEG_TYPES = new Set([0x69, 0x6b]);
/** Codecs whose packets say all. */
const CLOCKS: ReadonlyMap<string, PacketClock> = new Map([
  ['Opus', opusSeconds],
  ['.mp3', mpegSeconds],
  ['samr', amrNarrowSeconds],
  ['sawb', amrWideSeconds],
]);
/** Bytes of a sample; those of the first two say it themselves. */
const PCM: ReadonlyMap<string, number> = new Map([
  ['sowt', 0],
  ['twos', 0],
  ['raw ', 1],
  ['ulaw', 1],
  ['alaw', 1],
  ['in24', 3],
  ['in32', 4],
  ['fl32', 4],
  ['fl64', 8],
]);
const ELEMENTARY_STREAM = 0x03;
const DECODER = 0x04;
const DECODER_SETUP = 0x05;

/** The time of packets by a track's sample description (`stsd`); where it has several, nobody knows which is whose. */
export function clockOfDescriptions(bytes: Buffer, { at, end }: Box): PacketClock {
  const [entry, other] = boxesIn(bytes, at + DESCRIPTIONS_AT, end);
  return (entry && !other && entry.end - entry.at >= ENTRY_BYTES && clockOf(bytes, entry)) || UNKNOWN_SOUND;
}

function clockOf(bytes: Buffer, entry: Box): PacketClock | undefined {
  const { kind, at, end } = entry;
  const clock = CLOCKS.get(kind);
  if (clock !== undefined) return clock;
  const box = (name: string): Buffer | undefined => {
    const found = bytes.subarray(at + ENTRY_BYTES, end).indexOf(name, 0, 'latin1');
    return found < 0 ? undefined : bytes.subarray(at + ENTRY_BYTES + found + 4, end);
  };
  if (kind === 'fLaC') return flacOf(box('dfLa'));
  if (kind === 'alac') return alacOf(box('alac'));
  const sampleBytes = PCM.get(kind);
  // Whatever its name is: what is set up as AAC is played as AAC.
  if (sampleBytes === undefined) return clockOfStream(box('esds'));
  const rate = bytes.readUInt16BE(at + 24);
  const bytesPerSecond = rate * bytes.readUInt16BE(at + 16) * (sampleBytes || bytes.readUInt16BE(at + 18) / 8);
  return bytesPerSecond > 0 ? { bytesPerSecond } : undefined;
}

/** After version and flags: the stream information, with four bytes before it. */
function flacOf(setup: Buffer | undefined): PacketClock | undefined {
  const rate = setup && readFlacRate(setup.subarray(8));
  return rate === undefined ? undefined : flacClock(rate);
}

/** Samples of each packet, and samples a second. */
function alacOf(setup: Buffer | undefined): PacketClock | undefined {
  if (!setup || setup.length < 28) return undefined;
  const [samples, rate] = [setup.readUInt32BE(4), setup.readUInt32BE(24)];
  return samples > 0 && rate > 0 ? samples / rate : undefined;
}

/** Descriptors in descriptors (ISO 14496-1, 7.2.6): of the stream, of its decoder, of what that is set up with. */
function clockOfStream(setup: Buffer | undefined): PacketClock | undefined {
  const stream = setup && findDescriptor(setup.subarray(4), ELEMENTARY_STREAM);
  const decoder =
    stream && stream.length > 3 ? findDescriptor(stream.subarray(3 + optionalBytes(stream)), DECODER) : undefined;
  if (!decoder || decoder.length < 13) return undefined;
  if (MPEG_TYPES.has(decoder[0]!)) return mpegSeconds;
  const config = AAC_TYPES.has(decoder[0]!) ? findDescriptor(decoder.subarray(13), DECODER_SETUP) : undefined;
  return config && aacClock(config);
}

/** What the flags of a stream say that comes before its decoder: another stream's id, an address, and a clock. */
function optionalBytes(stream: Buffer): number {
  const flags = stream[2]!;
  const other = flags & 0x80 ? 2 : 0;
  const address = flags & 0x40 ? 1 + (stream[3 + other] ?? 0) : 0;
  return other + address + (flags & 0x20 ? 2 : 0);
}

/** The content of the descriptor that begins here, where it is of this kind. Sizes have seven bits in each of at most four bytes. */
function findDescriptor(bytes: Buffer, tag: number): Buffer | undefined {
  if (bytes[0] !== tag) return undefined;
  let size = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at] ?? 0;
    size = size * 128 + (byte & 0x7f);
    if (byte < 0x80) return bytes.subarray(at + 1, at + 1 + size);
  }
  return undefined;
}
