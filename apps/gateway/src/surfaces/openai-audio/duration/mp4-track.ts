import { type PacketClock, packetSeconds, UNKNOWN_SOUND } from './codecs/packet-clock.js';
import { isLong, readTime, readUint32 } from './mp4-boxes.js';
import { clockOfDescriptions } from './mp4-codec.js';
import { readSamples, type Samples } from './mp4-samples.js';
import type { TrackBoxes } from './mp4-track-boxes.js';

/** Everything that is certainly not heard. */
const SEEN = new Set(['vide', 'auxv', 'pict', 'text', 'sbtl', 'subt', 'meta', 'hint', 'tmcd', 'clcp', 'sdsm', 'odsm']);
const NORMAL_SPEED = 0x10000;
/** A packet that is not looked at is passed over, so many at once are more than a file of speech has. */
const SAMPLES_MAX = 4_000_000;

/** One track of a movie: how long it plays by its tables, by its packets and by its edits. */
export class Mp4Track {
  /** Of the bytes of the file, what it plays. */
  coveredBytes = 0;
  /** It cannot be measured in bounded time. */
  isUnreadable = false;
  readonly id: number;
  private readonly boxes: TrackBoxes['tables'];
  private readonly scale: number;
  private readonly isHeard: boolean;
  private readonly clock: PacketClock;
  private toldTicks: number;
  private played = 0;

  constructor(
    private readonly bytes: Buffer,
    { tables, handlers, isAmbiguous }: TrackBoxes,
  ) {
    this.boxes = tables;
    this.isUnreadable = isAmbiguous;
    const header = this.boxes.get('tkhd');
    this.id = header ? readUint32(bytes, header, isLong(bytes, header) ? 20 : 12) : 0;
    const media = this.boxes.get('mdhd');
    this.scale = media ? readUint32(bytes, media, isLong(bytes, media) ? 20 : 12) : 0;
    this.isHeard = handlers.includes('soun') || !SEEN.has(handlers[0] ?? '');
    const descriptions = this.boxes.get('stsd');
    this.clock = descriptions ? clockOfDescriptions(bytes, descriptions) : UNKNOWN_SOUND;
    this.toldTicks = this.ticksOfTable();
    this.takeSamples(readSamples(bytes, this.sampleTables()));
  }

  /** Counts samples of a fragment, `ticks` of the track's in all. */
  addRun(ticks: number, samples: Samples): void {
    this.toldTicks += ticks;
    this.takeSamples(samples);
  }

  /** Seconds it plays; of a movie whose scale is `movieScale` ticks a second. */
  seconds(movieScale: number): number {
    if (!this.isHeard) return 0;
    const told = this.scale > 0 ? this.toldTicks / this.scale : 0;
    const media = Math.max(told, this.played);
    return Math.max(media, movieScale > 0 ? this.secondsOfEdits(media, movieScale) : 0);
  }

  private sampleTables() {
    const [sizes, chunks, offsets] = ['stsz', 'stsc', 'stco'].map((name) => this.boxes.get(name));
    return { ...(sizes && { sizes }), ...(chunks && { chunks }), ...(offsets && { offsets }) };
  }

  private takeSamples({ count, size, visit }: Samples): void {
    const { bytes, clock } = this;
    const room = bytes.length - this.coveredBytes;
    if (size > 0 && typeof clock !== 'function') {
      const whole = Math.min(count * size, room);
      this.played += typeof clock === 'number' ? clock * count : packetSeconds(clock, bytes, [0, whole]);
      this.coveredBytes += whole;
      return;
    }
    this.isUnreadable ||= count > SAMPLES_MAX;
    if (this.isUnreadable) return;
    visit((at, end) => {
      this.coveredBytes += end - at;
      // Samples that lie upon each other would make a small file a long work.
      this.isUnreadable ||= this.coveredBytes > bytes.length;
      if (!this.isUnreadable && this.isHeard) this.played += packetSeconds(clock, bytes, [at, end]);
      return !this.isUnreadable;
    });
  }

  private ticksOfTable(): number {
    const box = this.boxes.get('stts');
    if (!box) return 0;
    const count = Math.min(readUint32(this.bytes, box, 4), Math.floor((box.end - box.at - 8) / 8));
    let ticks = 0;
    for (let at = box.at + 8, last = at + count * 8; at < last; at += 8)
      ticks += this.bytes.readUInt32BE(at) * this.bytes.readUInt32BE(at + 4);
    return ticks;
  }

  /** Edits may play a stretch twice, slower, or nothing for a while; none at normal speed plays more than there is. */
  private secondsOfEdits(media: number, movieScale: number): number {
    const box = this.boxes.get('elst');
    if (!box) return 0;
    const isWide = isLong(this.bytes, box);
    const width = isWide ? 20 : 12;
    const count = Math.min(readUint32(this.bytes, box, 4), Math.floor((box.end - box.at - 8) / width));
    let seconds = 0;
    for (let edit = 0; edit < count; edit += 1) {
      const offset = 8 + edit * width;
      const length = readTime(this.bytes, box, [offset, isWide]) / movieScale;
      const isEmpty = readUint32(this.bytes, box, offset + (isWide ? 8 : 4)) === 0xffffffff;
      const speed = readUint32(this.bytes, box, offset + width - 4);
      seconds += isEmpty || speed !== NORMAL_SPEED ? length : Math.min(length, media);
    }
    return seconds;
  }
}
