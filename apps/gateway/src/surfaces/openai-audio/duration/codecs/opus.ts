export const OPUS_RATE = 48_000;
/** Milliseconds of a frame by the first five bits of a packet: SILK in three widths, both together in two, CELT in four. */
const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];
const FRAME_MS = [
  ...[...SILK_MS, ...SILK_MS, ...SILK_MS],
  ...[...HYBRID_MS, ...HYBRID_MS],
  ...[...CELT_MS, ...CELT_MS, ...CELT_MS, ...CELT_MS],
];
const PACKET_MS_MAX = 120;

/** Seconds of an Opus packet: its frames are numbered in its first two bytes (RFC 6716, 3.1). Looked up: files are nothing but packets. */
export function opusSeconds(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return 0;
  const first = bytes[at]!;
  const frameMs = FRAME_MS[first >> 3]!;
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : at + 1 < end ? bytes[at + 1]! & 63 : 0;
  const packetMs = frameMs * frames;
  return (packetMs < PACKET_MS_MAX ? packetMs : PACKET_MS_MAX) / 1_000;
}
