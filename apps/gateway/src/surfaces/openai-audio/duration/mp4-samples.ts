import { type Box, readUint32, readUint64 } from './mp4-boxes.js';

/** The tables of a track's samples, as they are in its `stbl`. */
export interface SampleTables {
  readonly sizes?: Box;
  readonly chunks?: Box;
  readonly offsets?: Box;
}

/** What becomes of a sample that is in the file; answers whether to go on. */
export type TakeSample = (at: number, end: number) => boolean;

/** How many samples a track has, and where they are. */
export interface Samples {
  readonly count: number;
  /** The size of each, where all have the same. */
  readonly size: number;
  /** Hands over where each lies, until there is no more or `take` does not want more. */
  readonly visit: (take: TakeSample) => void;
}

const COMPACT = 'stz2';
const WIDE_OFFSETS = 'co64';

/** Reads the tables that say how large samples are, and in which chunks of the file they lie one after the other. */
export function readSamples(bytes: Buffer, { sizes, chunks, offsets }: SampleTables): Samples {
  if (!sizes) return { count: 0, size: 0, visit: () => undefined };
  const isCompact = sizes.kind === COMPACT;
  const size = isCompact ? 0 : readUint32(bytes, sizes, 4);
  const bits = isCompact ? readUint32(bytes, sizes, 4) & 0xff : 32;
  const listed = Math.floor((Math.max(sizes.end - sizes.at - 12, 0) * 8) / (bits || 32));
  const told = readUint32(bytes, sizes, 8);
  // Those of one size are played as far as their chunks go.
  const count = size > 0 ? Math.max(told, samplesIn(bytes, chunks, offsets)) : Math.min(told, listed);
  const sizeOf = (index: number): number => (size > 0 ? size : readSize(bytes, sizes.at + 12, [index, bits]));
  const visit: Samples['visit'] = (take) => {
    let index = 0;
    for (const [offset, samples] of chunksOf(bytes, chunks, offsets)) {
      let at = offset;
      for (const last = Math.min(index + samples, count); index < last; index += 1) {
        const end = at + sizeOf(index);
        if (!takeWithin(bytes.length, take, [at, end])) return;
        at = end;
      }
      if (index >= count) return;
    }
  };
  return { count, size, visit };
}

/** Hands over a sample, or as much of it as is in the file. */
export function takeWithin(length: number, take: TakeSample, [at, end]: readonly [number, number]): boolean {
  return take(at < length ? at : length, end < length ? end : length);
}

function readSize(bytes: Buffer, at: number, [index, bits]: readonly [number, number]): number {
  if (bits === 32) return bytes.readUInt32BE(at + index * 4);
  if (bits === 16) return bytes.readUInt16BE(at + index * 2);
  const byte = bytes[at + ((index * bits) >> 3)]!;
  return bits === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15;
}

function samplesIn(bytes: Buffer, chunks: Box | undefined, offsets: Box | undefined): number {
  let count = 0;
  for (const [, samples] of chunksOf(bytes, chunks, offsets)) count += samples;
  return count;
}

/** Where each chunk begins, and how many samples it has: runs of chunks have as many. */
function* chunksOf(bytes: Buffer, chunks: Box | undefined, offsets: Box | undefined): Generator<[number, number]> {
  if (!chunks || !offsets) return;
  const width = offsets.kind === WIDE_OFFSETS ? 8 : 4;
  const count = Math.min(readUint32(bytes, offsets, 4), Math.floor((offsets.end - offsets.at - 8) / width));
  const runs = Math.min(readUint32(bytes, chunks, 4), Math.floor((chunks.end - chunks.at - 8) / 12));
  let run = -1;
  for (let chunk = 0; chunk < count; chunk += 1) {
    while (run + 1 < runs && readUint32(bytes, chunks, 8 + (run + 1) * 12) <= chunk + 1) run += 1;
    const samples = run < 0 ? 0 : readUint32(bytes, chunks, 12 + run * 12);
    if (samples === 0) continue;
    const at = offsets.at + 8 + chunk * width;
    const offset = width === 8 ? readUint64(bytes, at) : bytes.readUInt32BE(at);
    yield [offset, samples];
  }
}
