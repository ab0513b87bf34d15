const RATE_CODES: ReadonlyMap<number, number> = new Map([
  [16_000, 5],
  [44_100, 9],
  [48_000, 10],
]);

/** A frame of 4,096 samples in mono, 16 bits; its content is silence in 40 bytes. `rate` 0 leaves it to the stream. */
export function flacFrame(number: number, rate = 0): Buffer {
  const head = Buffer.from([0xff, 0xf8, 0xc0 | (RATE_CODES.get(rate) ?? 0), 0x08, ...coded(number)]);
  return Buffer.concat([head, Buffer.from([checksumOf(head)]), Buffer.alloc(40)]);
}

/** What a FLAC file begins with: its rate, and how many samples it tells; more of its metadata may follow. */
export function flacBegin(rate: number, told: number, more: readonly Buffer[] = []): Buffer {
  const information = Buffer.alloc(34);
  information.writeUInt16BE(4_096, 0);
  information.writeUInt16BE(4_096, 2);
  information.writeUIntBE((rate << 4) | 0, 10, 3);
  information[13] = 0xf0;
  information.writeUInt32BE(told, 14);
  const blocks = [information, ...more].map((block, index) => {
    const head = Buffer.from([(index === more.length ? 0x80 : 0) | (index === 0 ? 0 : 1), 0, 0, 0]);
    head.writeUIntBE(block.length, 1, 3);
    return Buffer.concat([head, block]);
  });
  return Buffer.concat([Buffer.from('fLaC'), ...blocks]);
}

/** A FLAC file of so many frames. */
export function makeFlac({
  frames,
  rate = 16_000,
  told = 0,
}: {
  frames: number;
  rate?: number;
  told?: number;
}): Buffer {
  return Buffer.concat([flacBegin(rate, told), ...Array.from({ length: frames }, (_, index) => flacFrame(index))]);
}

/** A number as UTF-8 codes characters: here of at most two bytes. */
function coded(number: number): number[] {
  return number < 0x80 ? [number] : [0xc0 | ((number >> 6) & 31), 0x80 | (number & 63)];
}

function checksumOf(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return sum;
}
