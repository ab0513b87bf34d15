import fc from 'fast-check';
import { readDuration } from './read-duration.js';

const uint32 = (value: number) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);

function wav(seconds: number, { dataSize, rate = 16_000 }: { dataSize?: number; rate?: number } = {}): Buffer {
  const data = Buffer.alloc(seconds * rate * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF____WAVEfmt ');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(1, 28);
  head.writeUInt16LE(2, 32);
  head.write('data', 36);
  head.writeUInt32LE(dataSize ?? data.length, 40);
  return Buffer.concat([head, data]);
}

/** With other numbers of 16 bits in its header, by their places. */
function lying(recording: Buffer, numbers: Readonly<Record<number, number>>): Buffer {
  for (const [at, value] of Object.entries(numbers)) recording.writeUInt16LE(value, Number(at));
  return recording;
}

/** Frames of 128 kbit/s at 44.1 kHz, mono: 417 bytes, 1,152 samples each. */
function mp3(frames: number, xing?: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb90c0, 0);
  const first = Buffer.from(frame);
  if (xing !== undefined) Buffer.concat([Buffer.from('Xing'), uint32(1), uint32(xing)]).copy(first, 21);
  return Buffer.concat([first, ...Array.from({ length: frames - 1 }, () => frame)]);
}

function ogg(samples: bigint): Buffer {
  const page = (position: bigint, content: Buffer) => {
    const head = Buffer.alloc(28);
    head.write('OggS');
    head.writeBigInt64LE(position, 6);
    head[26] = 1;
    head[27] = content.length;
    return Buffer.concat([head, content]);
  };
  return Buffer.concat([page(0n, Buffer.from('OpusHead___________')), page(samples, Buffer.alloc(200))]);
}

function flac(samples: number, rate: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('fLaC');
  bytes.writeUIntBE(rate << 4, 18, 3);
  bytes.writeUInt32BE(samples, 22);
  return bytes;
}

const box = (kind: string, content: Buffer) => Buffer.concat([uint32(content.length + 8), Buffer.from(kind), content]);

function mp4(duration: number, scale: number): Buffer {
  const header = Buffer.alloc(100);
  header.writeUInt32BE(scale, 12);
  header.writeUInt32BE(duration, 16);
  const media = box('mdat', Buffer.alloc(500));
  return Buffer.concat([box('ftyp', Buffer.from('M4A 0000')), media, box('moov', box('mvhd', header))]);
}

const element = (id: string, content: Buffer) =>
  Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([0x80 | content.length]), content]);

function webm(duration: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeDoubleBE(duration);
  const info = element(
    '1549a966',
    Buffer.concat([element('2ad7b1', Buffer.from([15, 66, 64])), element('4489', length)]),
  );
  const open = Buffer.from('1853806701ffffffffffffff', 'hex');
  return Buffer.concat([element('1a45dfa3', Buffer.alloc(4)), open, info, Buffer.alloc(100)]);
}

describe('the duration of a recording', () => {
  it.each<[what: string, bytes: Buffer, seconds: number | undefined]>([
    ['WAV', wav(3), 3],
    ['WAV whose header names more data than is in it', wav(2, { dataSize: 0xffffffff }), 2],
    ['WAV whose header names less data than is in it', wav(2, { dataSize: 2 }), 2],
    ['WAV whose blocks are told to be huge', lying(wav(2), { 32: 65_535, 34: 16 }), 2],
    ['WAV of μ-law', lying(wav(1), { 20: 7, 32: 65_535 }), 2],
    ['WAV of ADPCM that tells a rate of its own', lying(wav(1), { 20: 17, 30: 65_535 }), 4],
    ['WAV that was streamed', wav(2, { dataSize: 0 }), 2],
    ['WAV of another rate', wav(1, { rate: 8_000 }), 1],
    ['MP3', mp3(100), (100 * 1_152) / 44_100],
    [
      'MP3 behind a tag',
      Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x02\0'), Buffer.alloc(256), mp3(10)]),
      (10 * 1_152) / 44_100,
    ],
    ['MP3 that tells another number of frames', mp3(10, 1_000), (10 * 1_152) / 44_100],
    ['Opus in Ogg', ogg(480_000n), 10],
    ['FLAC', flac(441_000, 44_100), 10],
    ['M4A', mp4(9_000, 600), 15],
    ['WebM', webm(12_500), 12.5],
    ['nothing', Buffer.alloc(0), undefined],
    ['text', Buffer.from('this is no sound at all, and never was'), undefined],
    ['a WAV that breaks off', wav(1).subarray(0, 30), undefined],
    ['an M4A without its movie', mp4(1, 1).subarray(0, 100), undefined],
    ['a FLAC that was streamed', flac(0, 44_100), undefined],
  ])('is read of %s', (_, bytes, seconds) => {
    if (seconds === undefined) expect(readDuration(bytes)).toBeUndefined();
    else expect(readDuration(bytes)).toBeCloseTo(seconds, 3);
  });

  it('is a number or nothing, at once, whatever the bytes are', () => {
    const begin = fc.constantFrom(wav(0.01), mp3(2), ogg(1n), flac(9, 9), mp4(1, 1), webm(1), Buffer.alloc(0));
    fc.assert(
      fc.property(begin, fc.nat({ max: 600 }), fc.uint8Array({ maxLength: 40 }), (whole, at, noise) => {
        const bytes = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + noise.length)]);
        const seconds = readDuration(bytes);
        expect(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['of one byte', Buffer.alloc(32_000_000, 0xff)],
    [
      'of tiny boxes',
      Buffer.concat([box('ftyp', Buffer.alloc(8)), Buffer.alloc(32_000_000, box('free', Buffer.alloc(0)))]),
    ],
    ['of tiny pages', Buffer.concat([ogg(1n), Buffer.alloc(32_000_000, 'OggS')])],
    [
      'of tiny elements',
      Buffer.concat([Buffer.from('1a45dfa380', 'hex'), Buffer.alloc(32_000_000, Buffer.from([0xec, 0x80]))]),
    ],
  ])('takes no time to look for in 32 MB %s', (_, bytes) => {
    const tries = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      readDuration(bytes);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    });
    // Time of the CPU, which does not pass while others have it.
    expect(Math.min(...tries)).toBeLessThan(50);
  });
});
