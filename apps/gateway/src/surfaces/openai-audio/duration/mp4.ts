import { BYTES_PER_SECOND_MIN } from './codecs/packet-clock.js';
import { type Box, boxesIn } from './mp4-boxes.js';
import { Fragments } from './mp4-fragments.js';
import { Mp4Movie } from './mp4-movie.js';

/** What files of this kind begin with: old ones of QuickTime have no type. */
const FIRST = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'wide', 'free', 'skip', 'pnot', 'sidx']);
/** Boxes of boxes. Players enter them wherever they are. */
const CONTAINERS = new Set([
  ...['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'mvex', 'moof', 'traf'],
  ...['udta', 'tref', 'ilst', 'dinf', 'meta'],
]);
/** What is beside these. What has any other name is nothing that is known, and may hide what is. */
const OTHERS = new Set([
  ...[...FIRST, ...CONTAINERS],
  ...['ssix', 'mfra', 'uuid', 'emsg', 'prft', 'pdin', 'bloc', 'PICT', 'junk', 'mdta'],
]);
const DEPTH_MAX = 16;
/** What a file has behind each other. */
const MOVIES_MAX = 64;

/**
 * Seconds of an MP4, M4A or QuickTime file: of the track of sound that plays longest, by its packets, the times of its samples (in tables or in
 * fragments) or its edits, whichever is most; of all movies in it. Media that no table mentions, and boxes that nobody knows, count as speech at 8 kbit/s. Undefined where
 * it has no movie, or one that cannot be measured.
 */
export function readMp4Duration(bytes: Buffer): number | undefined {
  if (bytes.length < 16 || !FIRST.has(bytes.toString('latin1', 4, 8))) return undefined;
  return new Walk(bytes).seconds();
}

/** One pass over the boxes of a file, and over those in them. */
class Walk {
  private readonly movies: Mp4Movie[] = [];
  private readonly fragments: Fragments;
  private mediaBytes = 0;
  private unknownBytes = 0;

  constructor(private readonly bytes: Buffer) {
    this.fragments = new Fragments(bytes);
  }

  seconds(): number | undefined {
    const { bytes, movies } = this;
    const end = this.walk([0, bytes.length], 0);
    const isReadable = movies.length > 0 && movies.length <= MOVIES_MAX && !movies.some((movie) => movie.isUnreadable);
    if (!isReadable) return undefined;
    const tracks = movies.flatMap((movie) => movie.tracks);
    const covered = tracks.reduce((sum, { coveredBytes }) => sum + coveredBytes, 0);
    const unexplained = Math.max(this.mediaBytes - covered, 0) + this.unknownBytes + bytes.length - end;
    return movies.reduce((sum, movie) => sum + movie.seconds(), 0) + unexplained / BYTES_PER_SECOND_MIN;
  }

  /** Where the last box of a stretch ends. */
  private walk([begin, end]: readonly [number, number], depth: number): number {
    let reached = begin;
    for (const box of boxesIn(this.bytes, begin, end)) {
      reached = box.end;
      if (this.movies.length > MOVIES_MAX) return reached;
      if (depth === 0 && !OTHERS.has(box.kind)) this.unknownBytes += box.end - box.begin;
      this.take(box);
      if (CONTAINERS.has(box.kind) && depth < DEPTH_MAX) this.walk([this.beginOf(box), box.end], depth + 1);
    }
    return reached;
  }

  private take(box: Box): void {
    if (box.kind === 'mdat') this.mediaBytes += box.end - box.at;
    if (box.kind === 'moov') this.movies.push(new Mp4Movie(this.bytes));
    const movie = this.movies.at(-1);
    if (!movie) return;
    movie.take(box);
    this.fragments.take(box, movie);
  }

  /** Boxes of metadata may have a version before the first box in them, which says what they are for. */
  private beginOf({ kind, at, end }: Box): number {
    if (kind !== 'meta') return at;
    const first = this.bytes.subarray(at, Math.min(at + 16, end)).indexOf('hdlr');
    return first < 4 ? at : at + first - 4;
  }
}
