import { packetSeconds } from './codecs/packet-clock.js';
import type { Block } from './matroska-blocks.js';
import type { MatroskaTrack } from './matroska-tracks.js';

const TRACKS_MAX = 64;
const SCALE_USUAL = 1_000_000;
const NANOSECONDS = 1e9;

/** What was heard of a track so far. */
interface Heard {
  readonly track: MatroskaTrack;
  played: number;
  /** When its last block begins, and how long that says that it lasts. */
  lastTicks: number;
  lastSeconds: number;
  lengthTicks: number;
}

/** One segment of a Matroska file: its tracks, and how long they play. */
export class Segment {
  /** Nothing that is measured of it would be true. */
  isUnreadable = false;
  private readonly heard = new Map<number, Heard>();
  private readonly silent = new Set<number>();
  private firstTicks = Infinity;
  private latest: Heard | undefined;
  private scale: number | undefined;

  get hasTracks(): boolean {
    return this.heard.size + this.silent.size > 0;
  }

  /** Players keep to the first track of a number, or to the last. */
  addTracks(tracks: readonly MatroskaTrack[]): void {
    for (const track of tracks) {
      const { number, isSound } = track;
      const isKnown = this.heard.has(number) || this.silent.has(number);
      this.isUnreadable ||= isKnown || (isSound && track.isEncoded) || this.heard.size + this.silent.size >= TRACKS_MAX;
      if (this.isUnreadable) return;
      if (!isSound) this.silent.add(number);
      else this.heard.set(number, { track, played: 0, lastTicks: -Infinity, lastSeconds: 0, lengthTicks: 0 });
    }
  }

  /** The slowest of those that it tells, in nanoseconds a tick. */
  setScale(scale: number | undefined): void {
    if (scale) this.scale = Math.max(this.scale ?? 0, scale);
  }

  /** Counts a block, whose time is that of the segment. */
  addBlock(bytes: Buffer, { track: number, ticks, packets }: Block): void {
    this.firstTicks = Math.min(this.firstTicks, ticks);
    this.latest = this.heard.get(number);
    if (!this.latest) {
      this.isUnreadable ||= !this.silent.has(number);
      return;
    }
    const { track } = this.latest;
    for (const packet of packets) this.latest.played += packetSeconds(track.clock, bytes, packet);
    if (ticks < this.latest.lastTicks) {
      this.latest = undefined;
      return;
    }
    this.latest.lastTicks = ticks;
    this.latest.lastSeconds = packets.length * track.frameSeconds;
    this.latest.lengthTicks = 0;
  }

  /** Tells how long the block is that was counted last, where it is the last in time as well. */
  lengthen(ticks: number): void {
    if (this.latest) this.latest.lengthTicks = Math.max(this.latest.lengthTicks, ticks);
  }

  /** Seconds of the track that plays longest. */
  seconds(): number {
    const scale = this.scale ?? SCALE_USUAL;
    let seconds = 0;
    for (const { played, lastTicks, lastSeconds, lengthTicks } of this.heard.values()) {
      const told = ((lastTicks + lengthTicks - this.firstTicks) * scale) / NANOSECONDS + lastSeconds;
      seconds = Math.max(seconds, played, Number.isFinite(told) ? told : 0);
    }
    return seconds;
  }
}
