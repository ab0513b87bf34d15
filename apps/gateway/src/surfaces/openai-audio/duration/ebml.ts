const ELEMENTS_MAX = 64;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const NANOSECONDS = 1e9;
const USUAL_SCALE = 1_000_000;

/** One element: what it is, and where its content lies. */
interface Element {
  readonly id: number;
  readonly content: Buffer;
}

/** Seconds of a WebM or Matroska file, from the information of its segment; browsers that record write none. */
export function readEbmlDuration(bytes: Buffer): number | undefined {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== 0x1a45dfa3) return undefined;
  const segment = elementsOf(bytes).find(({ id }) => id === SEGMENT);
  const info = segment && elementsOf(segment.content).find(({ id }) => id === INFO);
  if (!info) return undefined;
  const elements = elementsOf(info.content);
  const duration = readFloat(elements.find(({ id }) => id === DURATION)?.content);
  const scale = readCount(elements.find(({ id }) => id === TIMESTAMP_SCALE)?.content) ?? USUAL_SCALE;
  return duration === undefined ? undefined : (duration * scale) / NANOSECONDS;
}

function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length && elements.length < ELEMENTS_MAX;) {
    const idLength = Math.clz32(bytes[at]!) - 23;
    if (idLength > 4 || at + idLength >= bytes.length) break;
    const sizeAt = at + idLength;
    const sizeLength = Math.clz32(bytes[sizeAt]!) - 23;
    if (sizeLength > 8) break;
    const start = Math.min(sizeAt + sizeLength, bytes.length);
    // So long are sizes of what has no end, as streams have: all the rest is in it.
    const size = sizeLength > 6 ? bytes.length : sizeOf(bytes.subarray(sizeAt, start));
    elements.push({ id: bytes.readUIntBE(at, idLength), content: bytes.subarray(start, start + size) });
    at = start + size;
  }
  return elements;
}

/** A number whose first bit that is set says how many bytes it has; all ones mean that it is not known. */
function sizeOf(bytes: Buffer): number {
  const bits = bytes.length * 7;
  const size = bytes.readUIntBE(0, bytes.length) % 2 ** bits;
  return size === 2 ** bits - 1 ? Infinity : size;
}

function readFloat(content: Buffer | undefined): number | undefined {
  if (content?.length === 4) return content.readFloatBE(0);
  return content?.length === 8 ? content.readDoubleBE(0) : undefined;
}

function readCount(content: Buffer | undefined): number | undefined {
  return content && content.length > 0 && content.length <= 6 ? content.readUIntBE(0, content.length) : undefined;
}
