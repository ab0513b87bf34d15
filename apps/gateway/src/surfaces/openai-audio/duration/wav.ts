const CHUNKS_MAX = 64;
const FORMAT_BYTES_MIN = 16;
const EXTENSIBLE = 0xfffe;
/** PCM and floats, whose header says how many bits a sample has. */
const PLAIN = new Set([1, 3, EXTENSIBLE]);
/** Bits of a sample of the others: A-law, μ-law, and the ADPCM of Microsoft and IMA. */
const PACKED_BITS: ReadonlyMap<number, number> = new Map([
  [6, 8],
  [7, 8],
  [2, 4],
  [17, 4],
]);

/** Seconds of a WAV file, from what is really in it: the bytes of its data, whatever its header says of their number. */
export function readWavDuration(bytes: Buffer): number | undefined {
  const isWav = bytes.length >= 12 && /^(RIFF|RF64)$/.test(bytes.toString('latin1', 0, 4));
  if (!isWav || bytes.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let bytesPerSecond: number | undefined;
  for (let at = 12, chunk = 0; at + 8 <= bytes.length && chunk < CHUNKS_MAX; chunk += 1) {
    const kind = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (kind === 'fmt ' && size >= FORMAT_BYTES_MIN && at + 8 + FORMAT_BYTES_MIN <= bytes.length)
      bytesPerSecond ??= bytesPerSecondOf(bytes.subarray(at + 8, at + 8 + size));
    // Writers that stream do not know the size and write 0 or all ones; readers go on to the end whatever it is.
    if (kind === 'data') return bytesPerSecond ? (bytes.length - at - 8) / bytesPerSecond : undefined;
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/**
 * What a second takes by what is decoded: the rate of samples, and the least of what the header says of their size. What it says of bytes per
 * second is never asked. Undefined for codecs whose rate cannot be told.
 */
function bytesPerSecondOf(format: Buffer): number | undefined {
  const codec = codecOf(format);
  const channels = format.readUInt16LE(2);
  const rate = format.readUInt32LE(4);
  const bits = PACKED_BITS.get(codec);
  if (bits !== undefined) return (rate * channels * bits) / 8;
  if (!PLAIN.has(codec)) return undefined;
  const sizes = [format.readUInt16LE(12), channels * Math.ceil(format.readUInt16LE(14) / 8)].filter((size) => size > 0);
  return sizes.length > 0 ? rate * Math.min(...sizes) : undefined;
}

function codecOf(format: Buffer): number {
  const codec = format.readUInt16LE(0);
  return codec === EXTENSIBLE && format.length >= 26 ? format.readUInt16LE(24) : codec;
}
