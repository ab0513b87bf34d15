import { packetSeconds } from './codecs/packet-clock.js';
import { identifyOggCodec, type OggCodec, UNKNOWN_CODEC } from './ogg-codec.js';

/** As much of a packet as its time is read from, where it goes on in a later page. */
const HEAD_BYTES = 64;
const SETUP_BYTES_MAX = 262_144;
const WHOLE_SEGMENT = 255;

/** What the header of a page says; places are those in the file. */
export interface OggPage {
  readonly segmentsAt: number;
  readonly bodyAt: number;
  readonly end: number;
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  /** How many samples are over when it is; negative where it does not say. */
  readonly position: number;
  readonly serial: number;
  readonly checksum: number;
}

/** One stream of an Ogg file, its pages taken one after the other. */
export class LogicalStream {
  private codec: OggCodec = UNKNOWN_CODEC;
  private packets = 0;
  private played = 0;
  private reached = 0;
  private position: number | undefined;
  /** A packet that goes on in the next page. */
  private pending: { readonly head: Buffer[]; bytes: number } | undefined;

  /** Seconds of it so far: of its packets, or those that its positions tell. What is skipped at its beginning counts. */
  seconds(): number {
    return Math.max(this.played, this.reached);
  }

  /** Counts what is in a page that lies whole in `bytes`. */
  take(bytes: Buffer, { segmentsAt, bodyAt, position, isContinued }: OggPage): void {
    if (this.pending && !isContinued) this.endPending();
    let [start, end] = [bodyAt, bodyAt];
    for (let segment = segmentsAt; segment < bodyAt; segment += 1) {
      end += bytes[segment]!;
      if (bytes[segment] === WHOLE_SEGMENT) continue;
      if (this.pending) {
        this.addPending(bytes.subarray(start, end));
        this.endPending();
      } else this.takePacket(bytes, start, end);
      start = end;
    }
    if (segmentsAt < bodyAt && bytes[bodyAt - 1] === WHOLE_SEGMENT) this.addPending(bytes.subarray(start, end));
    this.takePosition(position);
  }

  private takePacket(bytes: Buffer, at: number, end: number): void {
    const index = this.packets;
    this.packets += 1;
    if (index === 0) this.codec = identifyOggCodec(bytes.subarray(at, end));
    else if (index < this.codec.headers) this.codec.takeHeader?.(index, bytes.subarray(at, end));
    else this.played += packetSeconds(this.codec.clock, bytes, [at, end]);
  }

  private addPending(part: Buffer): void {
    this.pending ??= { head: [], bytes: 0 };
    const { head, bytes } = this.pending;
    const kept = this.packets < this.codec.headers ? SETUP_BYTES_MAX : HEAD_BYTES;
    if (bytes < kept && part.length > 0) head.push(part.subarray(0, kept - bytes));
    this.pending.bytes += part.length;
  }

  private endPending(): void {
    if (!this.pending) return;
    const packet = Buffer.concat(this.pending.head);
    const missing = this.pending.bytes - packet.length;
    this.pending = undefined;
    // A setup is read from its end: half of one says nothing.
    if (missing > 0 && this.packets < this.codec.headers) this.packets += 1;
    else this.takePacket(packet, 0, packet.length);
    if (typeof this.codec.clock === 'object') this.played += missing / this.codec.clock.bytesPerSecond;
  }

  /** From the first position on: streams that are taken out of a running one begin where that was. */
  private takePosition(position: number): void {
    const rate = this.codec.positionRate;
    if (rate === undefined || position < 0 || this.packets <= this.codec.headers) return;
    if (this.position === undefined) this.reached = this.played;
    else if (position > this.position) this.reached += (position - this.position) / rate;
    this.position = position;
  }
}
