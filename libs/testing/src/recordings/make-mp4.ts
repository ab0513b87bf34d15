/** What a track of MP4 is made of, and what it tells that may not be so. */
export interface Mp4Parts {
  readonly packets: readonly Buffer[];
  /** Content of its sample description. */
  readonly entry: Buffer;
  readonly scale: number;
  /** Of each packet, as its table tells. */
  readonly ticks: number;
  readonly handler?: string;
  /** Seconds that the header of the movie tells, which are ticks of its scale. */
  readonly told?: number;
  readonly edits?: readonly { readonly ticks: number; readonly from: number; readonly speed?: number }[];
  /** Bytes of media that no table mentions. */
  readonly unmentioned?: Buffer;
}

const BOX_HEAD_BYTES = 8;
const FILE_TYPE = mp4Box('ftyp', Buffer.from('M4A \0\0\0\0'));

/** One box. */
export function mp4Box(kind: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([uint32(content.length + BOX_HEAD_BYTES), Buffer.from(kind, 'latin1'), content]);
}

/** Numbers of 32 bits. */
export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** The description of AAC of low complexity, by the number that stands for its rate: 4 for 44.1 kHz, 8 for 16 kHz. */
export function aacEntry(rateIndex: number): Buffer {
  const config = Buffer.from([0x10 | (rateIndex >> 1), ((rateIndex & 1) << 7) | 0x08]);
  const decoder = Buffer.concat([Buffer.from([0x40, 0x15]), Buffer.alloc(11), descriptor(5, config)]);
  const stream = descriptor(3, Buffer.concat([Buffer.from([0, 0, 0]), descriptor(4, decoder)]));
  return soundEntry('mp4a', mp4Box('esds', uint32(0), stream));
}

/** The description of any other sound. */
export function soundEntry(kind: string, ...setup: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(1, 16);
  head.writeUInt16BE(16, 18);
  head.writeUInt16BE(16_000, 24);
  return mp4Box(kind, head, ...setup);
}

/** A file whose tables say where each packet is, media first. */
export function makeMp4(parts: Mp4Parts): Buffer {
  const { packets, unmentioned = Buffer.alloc(0) } = parts;
  const media = mp4Box('mdat', ...packets, unmentioned);
  const sizes = mp4Box('stsz', uint32(0, 0, packets.length, ...packets.map(({ length }) => length)));
  const tables = [
    mp4Box('stts', uint32(0, 1, packets.length, parts.ticks)),
    ...[sizes, mp4Box('stsc', uint32(0, 1, 1, packets.length, 1))],
    mp4Box('stco', uint32(0, 1, FILE_TYPE.length + BOX_HEAD_BYTES)),
  ];
  return Buffer.concat([FILE_TYPE, media, movieOf(parts, tables)]);
}

/** A file of fragments, each with so many packets whose times are in it, or are left to what the movie says. */
export function makeFragmentedMp4(parts: Mp4Parts, packetsPerFragment: number, hasTicks = true): Buffer {
  const { packets, ticks } = parts;
  const extension = mp4Box('mvex', mp4Box('trex', uint32(0, 1, 1, ticks, 0, 0)));
  const fragments: Buffer[] = [];
  for (let first = 0; first < packets.length; first += packetsPerFragment) {
    const held = packets.slice(first, first + packetsPerFragment);
    const samples = held.flatMap(({ length }) => (hasTicks ? [ticks, length] : [length]));
    const run = mp4Box('trun', uint32(hasTicks ? 0x301 : 0x201, held.length, 0, ...samples));
    const header = mp4Box('tfhd', uint32(0x020000, 1));
    const fragment = mp4Box('moof', mp4Box('mfhd', uint32(0, 1)), mp4Box('traf', header, run));
    const offset = fragment.indexOf('trun') + 12;
    fragment.writeInt32BE(fragment.length + BOX_HEAD_BYTES, offset);
    fragments.push(fragment, mp4Box('mdat', ...held));
  }
  return Buffer.concat([FILE_TYPE, movieOf(parts, [], extension), ...fragments]);
}

function movieOf(parts: Mp4Parts, tables: readonly Buffer[], ...more: readonly Buffer[]): Buffer {
  const { entry, scale, handler = 'soun', told = 0, edits } = parts;
  const times = uint32(0, 0, 0, scale, told);
  const descriptions = mp4Box('stsd', uint32(0, 1), entry);
  const media = mp4Box(
    'mdia',
    mp4Box('mdhd', times, uint32(0)),
    mp4Box('hdlr', uint32(0, 0), Buffer.from(handler), Buffer.alloc(13)),
    mp4Box('minf', mp4Box('stbl', descriptions, ...tables)),
  );
  const list = (edits ?? []).flatMap(({ ticks, from, speed = 0x10000 }) => [ticks, from, speed]);
  const editing = edits ? [mp4Box('edts', mp4Box('elst', uint32(0, edits.length, ...list)))] : [];
  const track = mp4Box('trak', mp4Box('tkhd', uint32(0, 0, 0, 1, 0, told)), ...editing, media);
  return mp4Box('moov', mp4Box('mvhd', times, Buffer.alloc(80)), track, ...more);
}

function descriptor(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
