import { type Box, readTime, readUint32 } from './mp4-boxes.js';
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

/** What a movie knows of the tracks of its fragments. */
export interface FragmentedMovie {
  findTrack(id: number): Mp4Track | undefined;
  defaultsOf(id: number): SampleDefaults | undefined;
}

/** The defaults of a track, and which one that is, from a `trex`. */
export function readDefaults(bytes: Buffer, box: Box): SampleDefaults & { readonly id: number } {
  return { id: readUint32(bytes, box, 4), ticks: readUint32(bytes, box, 12), size: readUint32(bytes, box, 16) };
}

/** Adds the samples of fragments to the tracks that they are of: of each `moof`, what each `tfhd` says of the `trun`s after it. */
export class Fragments {
  private begin = 0;
  private header: ReturnType<typeof readHeader> | undefined;
  private next = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Takes a box that says something of fragments, of that movie. */
  take(box: Box, movie: FragmentedMovie): void {
    if (box.kind === 'moof') {
      this.begin = box.begin;
      this.header = undefined;
    }
    if (box.kind === 'tfhd') {
      this.header = readHeader(this.bytes, box, movie);
      this.next = this.header.base ?? this.begin;
    }
    if (box.kind !== 'trun' || !this.header) return;
    const run = { ...this.header, start: this.header.base ?? this.begin, next: this.next };
    this.next = addRun(this.bytes, box, run);
  }
}

function readHeader(bytes: Buffer, box: Box, movie: FragmentedMovie) {
  const flags = readUint32(bytes, box, 0);
  const id = readUint32(bytes, box, 4);
  const usual = movie.defaultsOf(id) ?? NO_DEFAULTS;
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
    track: movie.findTrack(id),
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
