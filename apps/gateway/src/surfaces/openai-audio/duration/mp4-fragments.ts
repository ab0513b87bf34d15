import { type Box, boxesIn, readTime, readUint32 } from './mp4-boxes.js';
import { type TakeSample, takeWithin } from './mp4-samples.js';
import type { Mp4Track } from './mp4-track.js';

/** What the samples of fragments are where those do not say: `trex` of the movie, `tfhd` of the fragment. */
export interface SampleDefaults {
  readonly ticks: number;
  readonly size: number;
}

const NO_DEFAULTS: SampleDefaults = { ticks: 0, size: 0 };
const HAS_BASE = 0x1;
const HAS_DESCRIPTION = 0x2;
const HAS_TICKS = 0x8;
const HAS_SIZE = 0x10;
const RUN_HAS_OFFSET = 0x1;
const RUN_HAS_FIRST_FLAGS = 0x4;
const RUN_HAS_TICKS = 0x100;
const RUN_HAS_SIZES = 0x200;
const RUN_HAS_FLAGS = 0x400;
const RUN_HAS_COMPOSITION = 0x800;

/** The defaults of each track, from the `mvex` of a movie. */
export function readDefaults(bytes: Buffer, { at, end }: Box): Map<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>();
  for (const box of boxesIn(bytes, at, end)) {
    if (box.kind !== 'trex') continue;
    defaults.set(readUint32(bytes, box, 4), { ticks: readUint32(bytes, box, 12), size: readUint32(bytes, box, 16) });
  }
  return defaults;
}

/** The tracks of a movie, and what is the default of each. */
export interface FragmentedMovie {
  readonly tracks: readonly Mp4Track[];
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
}

/** Adds the samples of a fragment (`moof`) to the tracks that they are of. */
export function addFragment(bytes: Buffer, fragment: Box, movie: FragmentedMovie): void {
  for (const box of boxesIn(bytes, fragment.at, fragment.end))
    if (box.kind === 'traf') addTrack(bytes, [fragment, box], movie);
}

function addTrack(bytes: Buffer, [fragment, { at, end }]: readonly [Box, Box], movie: FragmentedMovie): void {
  let header: ReturnType<typeof readHeader> | undefined;
  let next = fragment.begin;
  for (const box of boxesIn(bytes, at, end)) {
    if (box.kind === 'tfhd') {
      header = readHeader(bytes, box, movie);
      next = header.base ?? fragment.begin;
    }
    if (box.kind !== 'trun' || !header) continue;
    const start = header.base ?? fragment.begin;
    next = addRun(bytes, box, { ...header, start, next });
  }
}

function readHeader(bytes: Buffer, box: Box, { tracks, defaults }: FragmentedMovie) {
  const flags = readUint32(bytes, box, 0);
  const id = readUint32(bytes, box, 4);
  const usual = defaults.get(id) ?? NO_DEFAULTS;
  let offset = 8;
  const has = (flag: number, width: number): number | undefined => {
    if ((flags & flag) === 0) return undefined;
    offset += width;
    return offset - width;
  };
  const baseAt = has(HAS_BASE, 8);
  has(HAS_DESCRIPTION, 4);
  const ticksAt = has(HAS_TICKS, 4);
  const sizeAt = has(HAS_SIZE, 4);
  return {
    track: tracks.find((track) => track.id === id),
    base: baseAt === undefined ? undefined : readTime(bytes, box, [baseAt, true]),
    ticks: ticksAt === undefined ? usual.ticks : readUint32(bytes, box, ticksAt),
    size: sizeAt === undefined ? usual.size : readUint32(bytes, box, sizeAt),
  };
}

interface Run extends SampleDefaults {
  readonly track: Mp4Track | undefined;
  /** Where its offset counts from, and where it begins without one. */
  readonly start: number;
  readonly next: number;
}

/** Counts the samples of a run (`trun`), and answers where the last one ends. */
function addRun(bytes: Buffer, box: Box, run: Run): number {
  const flags = readUint32(bytes, box, 0);
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 4);
  const entriesAt = box.at + 8 + has(RUN_HAS_OFFSET) + has(RUN_HAS_FIRST_FLAGS);
  const width = has(RUN_HAS_TICKS) + has(RUN_HAS_SIZES) + has(RUN_HAS_FLAGS) + has(RUN_HAS_COMPOSITION);
  const listed = width > 0 ? Math.max(Math.floor((box.end - entriesAt) / width), 0) : Infinity;
  const count = Math.min(readUint32(bytes, box, 4), listed);
  const begin = has(RUN_HAS_OFFSET) > 0 ? run.start + (readUint32(bytes, box, 8) | 0) : run.next;
  const sizeOffset = has(RUN_HAS_TICKS);
  const sizeOf = (index: number): number =>
    has(RUN_HAS_SIZES) > 0 ? bytes.readUInt32BE(entriesAt + index * width + sizeOffset) : run.size;
  const size = has(RUN_HAS_SIZES) > 0 ? 0 : run.size;
  let ticks = has(RUN_HAS_TICKS) > 0 ? 0 : count * run.ticks;
  for (let index = 0; index < count && has(RUN_HAS_TICKS) > 0; index += 1)
    ticks += bytes.readUInt32BE(entriesAt + index * width);
  let at = Math.max(begin, 0);
  const visit = (take: TakeSample): void => {
    for (let index = 0; index < count; index += 1) {
      const [begins, end] = [at, at + sizeOf(index)];
      at = end;
      if (!takeWithin(bytes.length, take, [begins, end])) return;
    }
  };
  run.track?.addRun(ticks, { count, size, visit });
  return size > 0 ? Math.max(begin, 0) + count * size : at;
}
