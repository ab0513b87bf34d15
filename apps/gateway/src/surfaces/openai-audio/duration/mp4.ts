const BOXES_MAX = 256;

/** Seconds of an MP4 or M4A file, from the header of its movie. */
export function readMp4Duration(bytes: Buffer): number | undefined {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const movie = findBox(bytes, 'moov');
  const header = movie && findBox(movie, 'mvhd');
  if (!header || header.length < 32) return undefined;
  const isLong = header[0] === 1;
  const scale = header.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return scale > 0 && duration > 0 ? duration / scale : undefined;
}

/** What is in the first box of a kind, among the boxes that lie side by side. */
function findBox(bytes: Buffer, kind: string): Buffer | undefined {
  for (let at = 0, box = 0; at + 16 <= bytes.length && box < BOXES_MAX; box += 1) {
    const size = bytes.readUInt32BE(at);
    const isLarge = size === 1;
    const whole = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size === 0 ? bytes.length - at : size;
    const head = isLarge ? 16 : 8;
    if (whole < head) return undefined;
    if (bytes.toString('latin1', at + 4, at + 8) === kind) return bytes.subarray(at + head, at + whole);
    at += whole;
  }
  return undefined;
}
