import { type Box, isLong, readUint32 } from './mp4-boxes.js';
import { type FragmentedMovie, readDefaults, type SampleDefaults } from './mp4-fragments.js';
import { TrackBoxes } from './mp4-track-boxes.js';
import { Mp4Track } from './mp4-track.js';

/** What a movie has beside each other. */
const TRACKS_MAX = 64;

/** One movie: its tracks, which are what the boxes say that are found before they are asked for. */
export class Mp4Movie implements FragmentedMovie {
  private readonly drafts: TrackBoxes[] = [];
  private readonly defaults = new Map<number, SampleDefaults>();
  private built: readonly Mp4Track[] | undefined;
  private scale = 0;
  private isTooLate = false;

  constructor(private readonly bytes: Buffer) {}

  /** It cannot be measured: it has no tracks or too many, or one that cannot be, or says more of them when they have played. */
  get isUnreadable(): boolean {
    const { tracks } = this;
    return this.isTooLate || tracks.length === 0 || tracks.some((track) => track.isUnreadable);
  }

  get tracks(): readonly Mp4Track[] {
    if (this.drafts.length > TRACKS_MAX) return [];
    this.built ??= this.drafts.map((boxes) => new Mp4Track(this.bytes, boxes));
    return this.built;
  }

  /** Takes a box that says something of the movie or of its last track. */
  take(box: Box): void {
    if (box.kind === 'mvhd') this.scale = readUint32(this.bytes, box, isLong(this.bytes, box) ? 20 : 12);
    else if (box.kind === 'trex') {
      const defaults = readDefaults(this.bytes, box);
      this.defaults.set(defaults.id, defaults);
    } else if (box.kind === 'trak') {
      this.isTooLate ||= this.built !== undefined;
      if (this.drafts.length <= TRACKS_MAX) this.drafts.push(new TrackBoxes());
    } else this.takeOfTrack(box);
  }

  findTrack(id: number): Mp4Track | undefined {
    return this.tracks.find((track) => track.id === id);
  }

  defaultsOf(id: number): SampleDefaults | undefined {
    return this.defaults.get(id);
  }

  /** Seconds of the track that plays longest. */
  seconds(): number {
    return Math.max(0, ...this.tracks.map((track) => track.seconds(this.scale)));
  }

  private takeOfTrack(box: Box): void {
    const draft = this.drafts.at(-1);
    if (!draft) return;
    const before = draft.tables.size;
    draft.take(this.bytes, box);
    this.isTooLate ||= this.built !== undefined && (draft.tables.size > before || draft.isAmbiguous);
  }
}
