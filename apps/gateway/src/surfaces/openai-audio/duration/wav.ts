const CHUNKS_MAX = 64;
const FORMAT_BYTES_MIN = 16;

/** Seconds of a WAV file, from what is really in it: the bytes of its data, whatever its header says of their number. */
export function readWavDuration(bytes: Buffer): number | undefined {
  const isWav = bytes.length >= 12 && /^(RIFF|RF64)$/.test(bytes.toString('latin1', 0, 4));
  if (!isWav || bytes.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let bytesPerSecond: number | undefined;
  for (let at = 12, chunk = 0; at + 8 <= bytes.length && chunk < CHUNKS_MAX; chunk += 1) {
    const kind = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (kind === 'fmt ' && size >= FORMAT_BYTES_MIN && at + 8 + FORMAT_BYTES_MIN <= bytes.length)
      bytesPerSecond = bytesPerSecondOf(bytes.subarray(at + 8));
    // Writers that stream do not know the size and write 0 or all ones.
    if (kind === 'data') {
      const held = bytes.length - at - 8;
      return bytesPerSecond ? (size === 0 ? held : Math.min(size, held)) / bytesPerSecond : undefined;
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** PCM is played at its sample rate, whatever the header says of bytes per second; for anything else that is all that is known. */
function bytesPerSecondOf(format: Buffer): number {
  const isPcm = [1, 3, 0xfffe].includes(format.readUInt16LE(0));
  return isPcm ? format.readUInt32LE(4) * format.readUInt16LE(12) : format.readUInt32LE(8);
}
