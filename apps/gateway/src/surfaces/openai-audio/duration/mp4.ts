import { BYTES_PER_SECOND_MIN } from './codecs/packet-clock.js';
import { type Box, boxesIn, isLong, readUint32 } from './mp4-boxes.js';
import { addFragment, readDefaults, type SampleDefaults } from './mp4-fragments.js';
import { Mp4Track } from './mp4-track.js';

/** What files of this kind begin with: old ones of QuickTime have no type. */
const FIRST = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'wide', 'free', 'skip', 'pnot', 'sidx']);
/** What a file has beside each other, and behind each other. */
const TRACKS_MAX = 64;
const MOVIES_MAX = 64;

/** One movie: its tracks and what is said of all. */
interface Movie {
  readonly tracks: Mp4Track[];
  readonly scale: number;
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
}

/**
 * Seconds of an MP4, M4A or QuickTime file: of the track of sound that plays longest, by its packets, the times of its samples (in tables or in
 * fragments) or its edits, whichever is most; of all movies in it. Media that no table mentions counts as speech at 8 kbit/s. Undefined where
 * it has no movie, or one that cannot be measured.
 */
export function readMp4Duration(bytes: Buffer): number | undefined {
  if (bytes.length < 16 || !FIRST.has(bytes.toString('latin1', 4, 8))) return undefined;
  const movies: Movie[] = [];
  let [mediaBytes, end] = [0, 0];
  for (const box of boxesIn(bytes, 0, bytes.length)) {
    end = box.end;
    if (box.kind === 'mdat') mediaBytes += box.end - box.at;
    if (box.kind === 'moov') movies.push(readMovie(bytes, box));
    if (movies.length > MOVIES_MAX) return undefined;
    const movie = movies.at(-1);
    if (box.kind === 'moof' && movie) addFragment(bytes, box, movie);
  }
  const tracks = movies.flatMap((movie) => movie.tracks);
  const isReadable = tracks.length > 0 && tracks.every((track) => !track.isUnreadable);
  if (!isReadable || movies.some((movie) => movie.tracks.length > TRACKS_MAX)) return undefined;
  const covered = tracks.reduce((sum, { coveredBytes }) => sum + coveredBytes, 0);
  const unexplained = Math.max(mediaBytes - covered, 0) + bytes.length - end;
  return movies.reduce((sum, movie) => sum + secondsOf(movie), 0) + unexplained / BYTES_PER_SECOND_MIN;
}

function readMovie(bytes: Buffer, { at, end }: Box): Movie {
  const tracks: Mp4Track[] = [];
  let [scale, defaults] = [0, new Map<number, SampleDefaults>()];
  for (const box of boxesIn(bytes, at, end)) {
    if (box.kind === 'mvhd') scale = readUint32(bytes, box, isLong(bytes, box) ? 20 : 12);
    if (box.kind === 'trak' && tracks.length <= TRACKS_MAX) tracks.push(new Mp4Track(bytes, box));
    if (box.kind === 'mvex') defaults = readDefaults(bytes, box);
  }
  return { tracks, scale, defaults };
}

function secondsOf({ tracks, scale }: Movie): number {
  return Math.max(0, ...tracks.map((track) => track.seconds(scale)));
}
