import type { PacketReader } from './packet-clock.js';

const IDENTIFICATION_BYTES = 30;
/** Blocks are of 64 to 8,192 samples. */
const BLOCK_EXPONENTS = { min: 6, max: 13 };
const MODE_BITS = 41;
const MODE_COUNT_BITS = 6;
const MODES_MAX = 64;

/** What the identification of a Vorbis stream says: its rate, and the samples of its short and long blocks. */
export interface VorbisIdentity {
  readonly rate: number;
  readonly short: number;
  readonly long: number;
}

/** Reads the first packet of a Vorbis stream; undefined for what is none. */
export function readVorbisIdentity(packet: Buffer): VorbisIdentity | undefined {
  if (packet.length < IDENTIFICATION_BYTES || packet.toString('latin1', 0, 7) !== '\x01vorbis') return undefined;
  const rate = packet.readUInt32LE(12);
  const [short, long] = [packet[28]! & 15, packet[28]! >> 4];
  const isPossible = short >= BLOCK_EXPONENTS.min && short <= long && long <= BLOCK_EXPONENTS.max;
  return isPossible && rate > 0 ? { rate, short: 2 ** short, long: 2 ** long } : undefined;
}

/** The time of each packet of a Vorbis stream: half its block. Every block counts as a long one where the setup does not tell them apart. */
export function vorbisClock({ rate, short, long }: VorbisIdentity, setup: Buffer | undefined): PacketReader {
  const modes = setup && readModes(setup);
  const [shortSeconds, longSeconds] = [short / 2 / rate, long / 2 / rate];
  if (!modes) return (bytes, at, end) => (at < end && (bytes[at]! & 1) === 0 ? longSeconds : 0);
  const mask = 2 ** Math.ceil(Math.log2(modes.length)) - 1;
  return (bytes, at, end) => {
    // Packets of sound have 0 as their lowest bit, and then the number of their mode.
    if (at >= end || (bytes[at]! & 1) === 1) return 0;
    return modes[(bytes[at]! >> 1) & mask] === false ? shortSeconds : longSeconds;
  };
}

/**
 * Whether each mode has long blocks. Modes are the last of a setup, whose beginning cannot be skipped without decoding all of it: so they are
 * read from its end, as many as are possible, and the most of which the number stands before them. Undefined where that is none.
 */
function readModes(setup: Buffer): readonly boolean[] | undefined {
  let end = setup.length * 8 - 1;
  while (end >= 0 && bitAt(setup, end) === 0) end -= 1;
  const isLong: boolean[] = [];
  let found: readonly boolean[] | undefined;
  for (let at = end - MODE_BITS; at >= MODE_COUNT_BITS && isLong.length < MODES_MAX; at -= MODE_BITS) {
    const mapping = bitsAt(setup, at + 33, 8);
    if (mapping >= MODES_MAX || bitsAt(setup, at + 1, 32) !== 0) break;
    isLong.unshift(bitAt(setup, at) === 1);
    if (bitsAt(setup, at - MODE_COUNT_BITS, MODE_COUNT_BITS) + 1 === isLong.length) found = [...isLong];
  }
  return found;
}

/** Bits of Vorbis begin with the lowest of each byte. */
function bitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let bit = count - 1; bit >= 0; bit -= 1) value = value * 2 + bitAt(bytes, at + bit);
  return value;
}

function bitAt(bytes: Buffer, at: number): number {
  return ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1;
}
