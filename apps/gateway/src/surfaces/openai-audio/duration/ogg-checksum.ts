const POLYNOMIAL = 0x04c11db7;

/** The checksum of a page of Ogg (RFC 3533, 6) in `bytes[at, end)`, whose own field counts as zeros. Four bytes at a time: files are nothing but pages. */
export function checksumOfPage(bytes: Buffer, at: number, end: number): number {
  const before = update(bytes, [at, at + FIELD_AT], 0);
  return update(bytes, [at + FIELD_AT + ZEROS.length, end], update(ZEROS, [0, ZEROS.length], before)) >>> 0;
}

/** Where the field of the checksum is in the header of a page. */
const FIELD_AT = 22;
const ZEROS = Buffer.alloc(4);

function update(bytes: Buffer, [begin, end]: readonly [number, number], start: number): number {
  let sum = start;
  let at = begin;
  for (; at + 4 <= end; at += 4) {
    sum ^= (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    sum = THIRD[sum >>> 24]! ^ SECOND[(sum >>> 16) & 255]! ^ FIRST[(sum >>> 8) & 255]! ^ PLAIN[sum & 255]!;
  }
  for (; at < end; at += 1) sum = (sum << 8) ^ PLAIN[(sum >>> 24) ^ bytes[at]!]!;
  return sum;
}

const PLAIN = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? POLYNOMIAL : 0);
  return sum;
});
const FIRST = PLAIN.map(withZero);
const SECOND = FIRST.map(withZero);
const THIRD = SECOND.map(withZero);

/** The sum after one more byte that is zero. */
function withZero(sum: number): number {
  return (sum << 8) ^ PLAIN[sum >>> 24]!;
}
