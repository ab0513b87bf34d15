/** How long what the packet in `bytes[at, end)` decodes to lasts, in seconds: never less than that, whatever its container says. Never throws. */
export type PacketReader = (bytes: Buffer, at: number, end: number) => number;

/** A codec's time: the same for each packet, by their bytes, or as each says. */
export type PacketClock = number | { readonly bytesPerSecond: number } | PacketReader;

/** Speech at 8 kbit/s: for bytes that nothing explains, and which some decoder may find sound in. */
export const BYTES_PER_SECOND_MIN = 1_000;
/** Speech at 64 kbit/s. */
export const BYTES_PER_SECOND_USUAL = 8_000;
/** For sound of codecs that are not known here. */
export const UNKNOWN_SOUND: PacketClock = { bytesPerSecond: BYTES_PER_SECOND_USUAL };

/** Seconds of one packet by its codec. */
export function packetSeconds(
  clock: PacketClock,
  bytes: Buffer,
  [at, end]: readonly [at: number, end: number],
): number {
  if (typeof clock === 'number') return clock;
  return typeof clock === 'function' ? clock(bytes, at, end) : (end - at) / clock.bytesPerSecond;
}
