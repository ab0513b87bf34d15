/** An element of EBML: what it is, and where its content lies in the file. */
export interface Element {
  readonly id: number;
  readonly at: number;
  /** Infinite where it is not known, as in what is streamed. */
  readonly end: number;
}

/** A number whose first set bit says how many bytes it has. */
export interface CodedNumber {
  readonly value: number;
  /** The highest value of so many bytes: all ones, which sizes have where they are not known. */
  readonly ones: number;
  readonly bytes: number;
}

const ID_BYTES_MAX = 4;
/** In one master element that is read at once. */
const CHILDREN_MAX = 4_096;

/** The element whose header begins here; undefined for what is none, or breaks off. */
export function readElement(bytes: Buffer, begin: number): Element | undefined {
  const id = readCoded(bytes, begin);
  if (!id || id.bytes > ID_BYTES_MAX) return undefined;
  const size = readCoded(bytes, begin + id.bytes);
  if (!size) return undefined;
  const at = begin + id.bytes + size.bytes;
  return { id: id.value + id.ones + 1, at, end: size.value === size.ones ? Infinity : at + size.value };
}

/** The elements in a stretch, one after the other, as many as there may be; what would reach beyond it ends with it. */
export function* elementsIn(bytes: Buffer, begin: number, end: number): Generator<Element> {
  for (let at = begin, count = 0; at < end && count < CHILDREN_MAX; count += 1) {
    const element = readElement(bytes, at);
    if (!element || element.at > end) return;
    at = Math.min(element.end, end);
    yield { ...element, end: at };
  }
}

/** Reads a number of one to eight bytes; beyond 2⁵³ it is not exact, but larger than any file. */
export function readCoded(bytes: Buffer, at: number): CodedNumber | undefined {
  const first = bytes[at];
  const length = first === undefined ? 0 : LENGTHS[first]!;
  if (first === undefined || length === 0) return undefined;
  if (at + length > bytes.length) return undefined;
  let value = first & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + bytes[at + index]!;
  return { value, ones: ONES[length]!, bytes: length };
}

/** How many bytes a number has by its first one; 0 for what is none. */
const LENGTHS = Array.from({ length: 256 }, (_, first) => (first === 0 ? 0 : Math.clz32(first) - 23));
const ONES = Array.from({ length: 9 }, (_, length) => 2 ** (7 * length) - 1);

/** The content of an element as a number; undefined where it has more than six bytes, or none. */
export function numberOf(bytes: Buffer, { at, end }: Element): number | undefined {
  const length = end - at;
  return length > 0 && length <= 6 ? bytes.readUIntBE(at, length) : undefined;
}

/** The content of an element as a fraction of four or eight bytes. */
export function fractionOf(bytes: Buffer, { at, end }: Element): number | undefined {
  if (end - at === 4) return bytes.readFloatBE(at);
  return end - at === 8 ? bytes.readDoubleBE(at) : undefined;
}
