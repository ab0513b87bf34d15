/** What a file of Matroska is made of, and what it tells that may not be so. */
export interface MatroskaParts {
  readonly packets: readonly Buffer[];
  readonly codec?: string;
  readonly setup?: Buffer;
  /** Milliseconds after the begin at which each packet begins, as its block tells. */
  readonly millisecondsAt?: (packet: number) => number;
  /** Nanoseconds of each packet, as its track tells. */
  readonly frameNanoseconds?: number;
  /** Milliseconds that the file tells of itself. */
  readonly told?: number;
  /** Segments and clusters without a size, as in what is streamed. */
  readonly isStreamed?: boolean;
  readonly packetsPerCluster?: number;
  readonly lacing?: 'xiph' | 'ebml' | 'fixed';
  readonly packetsPerBlock?: number;
  /** More elements of the track. */
  readonly more?: readonly Buffer[];
}

const UNKNOWN_SIZE = Buffer.from('01ffffffffffffff', 'hex');
const LACINGS = { xiph: 2, fixed: 4, ebml: 6 };

/** One element, whose size has eight bytes. */
export function matroskaElement(id: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(content.length));
  return Buffer.concat([Buffer.from(id, 'hex'), size, content]);
}

/** A file with one track of sound; of Opus unless it is told otherwise. */
export function makeMatroska(parts: MatroskaParts): Buffer {
  const { packets, isStreamed = false, packetsPerCluster = 50, packetsPerBlock = 1 } = parts;
  const master = (id: string, contents: readonly Buffer[]): Buffer =>
    isStreamed ? Buffer.concat([Buffer.from(id, 'hex'), UNKNOWN_SIZE, ...contents]) : matroskaElement(id, ...contents);
  const millisecondsAt = parts.millisecondsAt ?? ((packet) => packet * 20);
  const clusters: Buffer[] = [];
  for (let first = 0; first < packets.length; first += packetsPerCluster) {
    const begin = millisecondsAt(first);
    const blocks: Buffer[] = [];
    const last = Math.min(first + packetsPerCluster, packets.length);
    for (let packet = first; packet < last; packet += packetsPerBlock) {
      const held = packets.slice(packet, Math.min(packet + packetsPerBlock, last));
      blocks.push(matroskaElement('a3', matroskaBlock(millisecondsAt(packet) - begin, held, parts.lacing)));
    }
    clusters.push(master('1f43b675', [matroskaElement('e7', number(begin)), ...blocks]));
  }
  const segment = master('18538067', [informationOf(parts), tracksOf(parts), ...clusters]);
  return Buffer.concat([matroskaElement('1a45dfa3', matroskaElement('4282', Buffer.from('webm'))), segment]);
}

/** The content of a block of the first track. */
export function matroskaBlock(ticks: number, packets: readonly Buffer[], lacing?: MatroskaParts['lacing']): Buffer {
  const head = Buffer.from([0x81, 0, 0, lacing ? LACINGS[lacing] : 0]);
  head.writeInt16BE(ticks, 1);
  if (!lacing) return Buffer.concat([head, ...packets]);
  const sizes = packets.slice(0, -1).map(({ length }) => length);
  return Buffer.concat([head, Buffer.from([packets.length - 1]), ...laceOf(sizes, lacing), ...packets]);
}

function laceOf(sizes: readonly number[], lacing: 'xiph' | 'ebml' | 'fixed'): Buffer[] {
  if (lacing === 'fixed') return [];
  if (lacing === 'xiph')
    return sizes.map((size) => Buffer.from([...Array.from({ length: Math.floor(size / 255) }, () => 255), size % 255]));
  return sizes.map((size, index) => {
    const coded = Buffer.alloc(2);
    coded.writeUInt16BE(0x4000 | (index === 0 ? size : size - sizes[index - 1]! + 0x1fff));
    return coded;
  });
}

function informationOf({ told }: MatroskaParts): Buffer {
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(told ?? 0);
  const scale = matroskaElement('2ad7b1', number(1_000_000));
  return matroskaElement('1549a966', scale, ...(told === undefined ? [] : [matroskaElement('4489', duration)]));
}

function tracksOf({ codec = 'A_OPUS', setup, frameNanoseconds, more = [] }: MatroskaParts): Buffer {
  const fields = [
    ...[matroskaElement('d7', number(1)), matroskaElement('83', number(2)), matroskaElement('86', Buffer.from(codec))],
    ...(setup ? [matroskaElement('63a2', setup)] : []),
    ...(frameNanoseconds === undefined ? [] : [matroskaElement('23e383', number(frameNanoseconds))]),
  ];
  return matroskaElement('1654ae6b', matroskaElement('ae', ...fields, ...more));
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
