import { BYTES_PER_SECOND_MIN, type PacketReader } from './packet-clock.js';

const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const FRAME_SAMPLES = 1_024;
const SHORT_FRAME_SAMPLES = 512;
/** The kinds of AAC with frames of 1,024 samples, then those of low delay; the frames of all others are not known here. */
const PLAIN = new Set([1, 2, 3, 4, 5, 6, 17, 20, 29]);
const LOW_DELAY = new Set([23, 39]);
/** Of eight channels with 6,144 bits each. What is more in a packet are more frames. */
const FRAME_BYTES_MAX = 6_144;
const ESCAPED = 31;
const EXPLICIT_RATE = 15;

/** The time of packets of AAC, from its AudioSpecificConfig (ISO 14496-3, 1.6); undefined where that cannot be read. */
export function aacClock(config: Buffer): PacketReader | undefined {
  const seconds = frameSecondsOf(config);
  if (seconds === undefined) return undefined;
  return (_, at, end) => seconds + Math.max(end - at - FRAME_BYTES_MAX, 0) / BYTES_PER_SECOND_MIN;
}

function frameSecondsOf(config: Buffer): number | undefined {
  if (config.length < 2) return undefined;
  const bits = new Bits(config);
  const short = bits.take(5);
  const kind = short === ESCAPED ? 32 + bits.take(6) : short;
  const index = bits.take(4);
  const rate = index === EXPLICIT_RATE ? bits.take(24) : RATES[index];
  if (!rate) return undefined;
  if (PLAIN.has(kind)) return FRAME_SAMPLES / rate;
  return LOW_DELAY.has(kind) ? SHORT_FRAME_SAMPLES / rate : undefined;
}

/** Bits from the first byte's highest on; zeros past the end. */
class Bits {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  take(count: number): number {
    let value = 0;
    for (const end = this.at + count; this.at < end; this.at += 1)
      value = value * 2 + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    return value;
  }
}
