const POLYNOMIAL = 0x04c11db7;
const STARTS = 2;
const CONTINUES = 1;
const SEGMENTS_MAX = 255;

/** A page of Ogg that holds whole packets, or a part of one. */
export interface OggPageParts {
  readonly serial?: number;
  readonly position: number;
  readonly flags?: number;
  readonly packets: readonly Buffer[];
  /** Its last packet goes on in the next page. */
  readonly goesOn?: boolean;
}

/** A stream of Ogg: its packets, and how many samples its pages tell that are over after so many packets of sound. */
export interface OggParts {
  readonly serial?: number;
  readonly headers: readonly Buffer[];
  readonly packets: readonly Buffer[];
  readonly positionAfter: (packets: number) => number;
  readonly packetsPerPage?: number;
}

/** 20 ms of Opus, and 60 ms; decoders only need their first byte to say so. */
export const OPUS_20_MS = Buffer.alloc(40, 0x08);
export const OPUS_60_MS = Buffer.alloc(40, 0x18);

/** One page with its checksum. */
export function oggPage({ serial = 1, position, flags = 0, packets, goesOn = false }: OggPageParts): Buffer {
  const segments = packets.flatMap(({ length }, index) => {
    const whole = Array.from({ length: Math.floor(length / SEGMENTS_MAX) }, () => SEGMENTS_MAX);
    return goesOn && index === packets.length - 1 ? whole : [...whole, length % SEGMENTS_MAX];
  });
  if (segments.length > SEGMENTS_MAX) throw new Error('more than a page holds');
  const head = Buffer.alloc(27);
  head.write('OggS');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(position), 6);
  head.writeUInt32LE(serial, 14);
  head[26] = segments.length;
  const page = Buffer.concat([head, Buffer.from(segments), ...packets]);
  page.writeUInt32LE(checksumOf(page), 22);
  return page;
}

/** A file of one stream, as players take it. */
export function makeOgg({ serial = 1, headers, packets, positionAfter, packetsPerPage = 50 }: OggParts): Buffer {
  const pages = headers.map((header, index) =>
    oggPage({ serial, position: 0, flags: index === 0 ? STARTS : 0, packets: [header] }),
  );
  for (let first = 0; first < packets.length; first += packetsPerPage) {
    const held = packets.slice(first, first + packetsPerPage);
    pages.push(oggPage({ serial, position: positionAfter(first + held.length), packets: held }));
  }
  return Buffer.concat(pages);
}

/** Two pages that share a packet, cut where the first segment ends. */
export function oggPagesOfOne(packet: Buffer, position: number): Buffer {
  const [begin, rest] = [packet.subarray(0, SEGMENTS_MAX), packet.subarray(SEGMENTS_MAX)];
  return Buffer.concat([
    oggPage({ position: -1, packets: [begin], goesOn: true }),
    oggPage({ position, flags: CONTINUES, packets: [rest] }),
  ]);
}

/** What an Opus stream begins with. */
export function opusHeaders(preSkip = 312): Buffer[] {
  const head = Buffer.alloc(19);
  head.write('OpusHead\x01\x01', 'latin1');
  head.writeUInt16LE(preSkip, 10);
  return [head, Buffer.from('OpusTags\0\0\0\0\0\0\0\0')];
}

/** What a Vorbis stream begins with: blocks of 256 and 2,048 samples, and for each mode whether its blocks are long. */
export function vorbisHeaders(rate: number, modes: readonly boolean[]): Buffer[] {
  const identification = Buffer.alloc(30);
  identification.write('\x01vorbis', 'latin1');
  identification[11] = 1;
  identification.writeUInt32LE(rate, 12);
  identification[28] = 0xb8;
  identification[29] = 1;
  const bits = [
    ...bitsOf(0x2aaaaa, 22),
    ...bitsOf(modes.length - 1, 6),
    ...modes.flatMap((isLong) => [isLong ? 1 : 0, ...bitsOf(0, 32), ...bitsOf(0, 8)]),
    1,
  ];
  const setup = Buffer.alloc(7 + Math.ceil(bits.length / 8));
  setup.write('\x05vorbis', 'latin1');
  for (const [index, bit] of bits.entries()) setup[7 + (index >> 3)]! |= bit << (index & 7);
  return [identification, Buffer.from('\x03vorbis\0\0\0\0\0\0\0\0\x01', 'latin1'), setup];
}

function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, bit) => (value >> bit) & 1);
}

/** Bit by bit, as the format defines it. */
function checksumOf(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? POLYNOMIAL : 0);
  }
  return sum >>> 0;
}
