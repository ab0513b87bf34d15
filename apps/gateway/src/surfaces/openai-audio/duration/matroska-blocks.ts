import { readCoded } from './matroska-elements.js';

const FIXED = 2;
const XIPH = 1;

/** A block: of which track, when after its cluster, and the packets in it. */
export interface Block {
  readonly track: number;
  readonly ticks: number;
  readonly packets: readonly (readonly [at: number, end: number])[];
}

/** Reads a block or simple block, whose packets may be laced; undefined where it breaks off before its first packet. */
export function readBlock(bytes: Buffer, begin: number, end: number): Block | undefined {
  const track = readCoded(bytes, begin);
  const at = begin + (track?.bytes ?? 0);
  if (!track || at + 3 > end) return undefined;
  const lacing = (bytes[at + 2]! >> 1) & 3;
  const ticks = bytes.readInt16BE(at);
  const packets = lacing === 0 ? [[at + 3, end] as const] : readLaced(bytes, [at + 3, end], lacing);
  return { track: track.value, ticks, packets };
}

/** Packets of a lace; one of all the rest where its sizes are impossible, as nothing plays it. */
function readLaced(
  bytes: Buffer,
  [begin, end]: readonly [number, number],
  lacing: number,
): readonly (readonly [number, number])[] {
  if (begin >= end) return [];
  const count = bytes[begin]! + 1;
  const sizes = { at: begin + 1, list: [] as number[] };
  const told = lacing === FIXED ? 0 : count - 1;
  for (let index = 0; index < told; index += 1) {
    const size = lacing === XIPH ? readXiph(bytes, sizes, end) : readDelta(bytes, sizes, end);
    if (size === undefined) return [[begin, end]];
    sizes.list.push(size);
  }
  const fixed = Math.floor((end - sizes.at) / count);
  let { at } = sizes;
  return Array.from({ length: count }, (_, index) => {
    const start = Math.min(at, end);
    at = index === count - 1 ? end : Math.min(start + (lacing === FIXED ? fixed : sizes.list[index]!), end);
    return [start, at] as const;
  });
}

interface Sizes {
  at: number;
  readonly list: readonly number[];
}

function readXiph(bytes: Buffer, sizes: Sizes, end: number): number | undefined {
  for (let size = 0; sizes.at < end;) {
    const byte = bytes[sizes.at]!;
    sizes.at += 1;
    size += byte;
    if (byte < 255) return size;
  }
  return undefined;
}

/** The first size as it is, the others by how much they differ from the one before. */
function readDelta(bytes: Buffer, sizes: Sizes, end: number): number | undefined {
  const coded = sizes.at < end ? readCoded(bytes, sizes.at) : undefined;
  if (!coded) return undefined;
  sizes.at += coded.bytes;
  const before = sizes.list.at(-1);
  const size = before === undefined ? coded.value : before + coded.value - (coded.ones - 1) / 2;
  return size >= 0 ? size : undefined;
}
