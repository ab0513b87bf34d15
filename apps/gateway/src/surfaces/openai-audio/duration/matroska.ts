import { BYTES_PER_SECOND_MIN } from './codecs/packet-clock.js';
import { readBlock } from './matroska-blocks.js';
import { type Element, elementsIn, numberOf, readElement } from './matroska-elements.js';
import { Segment } from './matroska-segment.js';
import { readTracks } from './matroska-tracks.js';

const HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const BLOCK_GROUP = 0xa0;
const BLOCKS = new Set([0xa1, 0xa3]);
const BLOCK_DURATION = 0x9b;
/** Blocks of 20 ms for more than two hours, and the packets in them; what has more takes too long. */
const ELEMENTS_MAX = 500_000;
/** What is passed over by everybody: empty room, places, tags, chapters, attachments. Players look for clusters in what they do not know. */
const PASSED = new Set([HEADER, 0xec, 0x114d9b74, 0x1c53bb6b, 0x1254c367, 0x1043a770, 0x1941a469, INFO, TRACKS]);
/** Less holds no cluster with anything in it. */
const SEARCHED_BYTES_MIN = 64;
const CLUSTER_ID = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);

/**
 * Seconds of a WebM or Matroska file: of all blocks of the track that plays longest, by their packets or by their times, whichever is more; of all
 * segments in it, whatever they tell of their duration. Undefined where its tracks cannot be told, or are encoded once more.
 */
export function readMatroskaDuration(bytes: Buffer): number | undefined {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === HEADER ? new Walk(bytes).seconds() : undefined;
}

/**
 * One pass over a file. Segments, clusters and groups are entered, whatever they say of their size, everything else is passed over: so those without
 * a size, and those that follow each other, need nothing of their own, and no file is deep.
 */
class Walk {
  private segment: Segment | undefined;
  private clusterTicks = 0;
  private segmentEnd = Infinity;
  private clusterEnd = Infinity;
  private total = 0;
  private packets = 0;

  constructor(private readonly bytes: Buffer) {}

  seconds(): number | undefined {
    let hasTracks = false;
    for (let at = 0, count = 0; at < this.bytes.length; count += 1) {
      const element = readElement(this.bytes, at);
      at = element ? this.pass(element) : this.find(at, at + 1);
      if (this.segment?.isUnreadable || count + this.packets > ELEMENTS_MAX) return undefined;
      hasTracks ||= this.segment?.hasTracks === true;
    }
    this.finish();
    return hasTracks ? this.total : undefined;
  }

  /** Takes what an element says, and answers where the next one begins. */
  private pass(element: Element): number {
    const { id, at, end } = element;
    if (id === SEGMENT) {
      this.finish();
      this.segmentEnd = end;
      this.clusterEnd = Infinity;
      return at;
    }
    if (id === CLUSTER) {
      this.clusterEnd = end;
      this.clusterTicks = 0;
      return at;
    }
    if (id === BLOCK_GROUP) return at;
    const limit = this.limitAt(at);
    const content = { ...element, end: Math.min(end, limit) };
    if (content.end >= at) this.take(content);
    if (end <= limit) return PASSED.has(id) || BLOCKS.has(id) ? end : this.search(element);
    // It reaches beyond what it is in: players look for the next cluster.
    return BLOCKS.has(id) ? this.find(end, at) : this.find(at, at);
  }

  private limitAt(at: number): number {
    const cluster = at < this.clusterEnd ? this.clusterEnd : Infinity;
    const segment = at < this.segmentEnd ? this.segmentEnd : Infinity;
    return Math.min(cluster, segment, this.bytes.length);
  }

  private take(element: Element): void {
    const { id, at, end } = element;
    this.segment ??= new Segment();
    if (id === INFO) this.takeInfo(at, end);
    else if (id === TRACKS) this.segment.addTracks(readTracks(this.bytes, at, end));
    else if (id === TIMESTAMP) this.clusterTicks = numberOf(this.bytes, element) ?? 0;
    else if (id === BLOCK_DURATION) this.segment.lengthen(numberOf(this.bytes, element) ?? 0);
    else if (BLOCKS.has(id)) {
      const block = readBlock(this.bytes, at, end);
      if (!block) return;
      this.packets += block.packets.length;
      this.segment.addBlock(this.bytes, { ...block, ticks: this.clusterTicks + block.ticks });
    }
  }

  private takeInfo(at: number, end: number): void {
    for (const element of elementsIn(this.bytes, at, end))
      if (element.id === TIMESTAMP_SCALE) this.segment?.setScale(numberOf(this.bytes, element));
  }

  /** Where the first cluster in an element begins, or else where that ends. */
  private search({ at, end }: Element): number {
    const cluster = end - at < SEARCHED_BYTES_MIN ? -1 : this.bytes.subarray(at, end).indexOf(CLUSTER_ID);
    return cluster < 0 ? end : at + cluster;
  }

  /** Where the next cluster begins; the bytes before it, from `read` on, count as speech at 8 kbit/s. */
  private find(read: number, from: number): number {
    const next = this.bytes.indexOf(CLUSTER_ID, from);
    const at = next < 0 ? this.bytes.length : next;
    this.total += Math.max(at - read, 0) / BYTES_PER_SECOND_MIN;
    return at;
  }

  private finish(): void {
    this.total += this.segment?.seconds() ?? 0;
    this.segment = undefined;
  }
}
