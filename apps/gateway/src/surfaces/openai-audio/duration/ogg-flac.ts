const OPUS_RATE = 48_000;

/** Seconds of a FLAC file, from its stream information: samples in all, and how many of them a second has. */
export function readFlacDuration(bytes: Buffer): number | undefined {
  if (bytes.length < 26 || bytes.toString('latin1', 0, 4) !== 'fLaC') return undefined;
  const rate = bytes.readUIntBE(18, 3) >>> 4;
  const samples = (bytes[21]! & 0x0f) * 2 ** 32 + bytes.readUInt32BE(22);
  return rate > 0 && samples > 0 ? samples / rate : undefined;
}

/** Seconds of an Ogg file with Opus or Vorbis: where its last page says that it ends. */
export function readOggDuration(bytes: Buffer): number | undefined {
  if (bytes.length < 58 || bytes.toString('latin1', 0, 4) !== 'OggS') return undefined;
  const rate = rateOf(bytes.subarray(27 + bytes[26]!));
  const last = bytes.lastIndexOf('OggS');
  if (!rate || last + 14 > bytes.length) return undefined;
  const samples = Number(bytes.readBigInt64LE(last + 6));
  return samples >= 0 ? samples / rate : undefined;
}

function rateOf(packet: Buffer): number | undefined {
  if (packet.toString('latin1', 0, 8) === 'OpusHead') return OPUS_RATE;
  return packet.toString('latin1', 1, 7) === 'vorbis' && packet.length >= 16 ? packet.readUInt32LE(12) : undefined;
}
