/** A box of MP4: what it is, where it begins, and where its content lies in the file. */
export interface Box {
  readonly kind: string;
  readonly begin: number;
  readonly at: number;
  readonly end: number;
}

/** Side by side: more are no recording, and end what is read. */
const BOXES_MAX = 65_536;
const HEAD_BYTES = 8;
const LARGE_HEAD_BYTES = 16;

/** The boxes that lie side by side in a stretch; one that reaches beyond it ends with it. Ends at what is no box. */
export function* boxesIn(bytes: Buffer, begin: number, end: number): Generator<Box> {
  for (let at = begin, count = 0; at + HEAD_BYTES <= end && count < BOXES_MAX; count += 1) {
    const size = bytes.readUInt32BE(at);
    const isLarge = size === 1 && at + LARGE_HEAD_BYTES <= end;
    const whole = isLarge ? readUint64(bytes, at + HEAD_BYTES) : size === 0 ? end - at : size;
    const head = isLarge ? LARGE_HEAD_BYTES : HEAD_BYTES;
    if (whole < head) return;
    const box = {
      kind: bytes.toString('latin1', at + 4, at + 8),
      begin: at,
      at: at + head,
      end: Math.min(at + whole, end),
    };
    yield box;
    at = box.end;
  }
}

/** Beyond 2⁵³ not exact, but larger than any file. */
export function readUint64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

/** The version of a full box: 1 where its times have 64 bits. */
export function isLong(bytes: Buffer, { at, end }: Box): boolean {
  return at < end && bytes[at] === 1;
}

/** A number of 32 bits, or 0 where the box ends before. */
export function readUint32(bytes: Buffer, { at, end }: Pick<Box, 'at' | 'end'>, offset: number): number {
  return at + offset + 4 <= end ? bytes.readUInt32BE(at + offset) : 0;
}

/** A number of 32 bits, or of 64; 0 where the box ends before. */
export function readTime(bytes: Buffer, box: Box, [offset, isWide]: readonly [number, boolean]): number {
  if (!isWide) return readUint32(bytes, box, offset);
  return box.at + offset + 8 <= box.end ? readUint64(bytes, box.at + offset) : 0;
}
