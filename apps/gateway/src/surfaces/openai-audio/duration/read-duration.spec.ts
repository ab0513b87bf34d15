import { randomBytes } from 'node:crypto';
import {
  aacEntry,
  costInPasses,
  flacBegin,
  makeFlac,
  makeFragmentedMp4,
  makeMatroska,
  makeMp4,
  makeOgg,
  mp4Box,
  OPUS_20_MS,
  oggPage,
  opusHeaders,
  soundEntry,
  uint32,
  vorbisHeaders,
} from '@tokenbay/testing';
import fc from 'fast-check';
import { readDuration } from './read-duration.js';

const NOISE = randomBytes(30_000_000);

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

const OPUS = Array.from({ length: 500 }, () => OPUS_20_MS);
const AAC = { packets: OPUS, entry: aacEntry(8), scale: 16_000, ticks: 1_024 };
const opusHead = makeOgg({ headers: opusHeaders(), packets: [], positionAfter: () => 0 });
const SHORT = Array.from({ length: 3 }, () => OPUS_20_MS);
/** One of each kind, and small, to be cut. */
const FILES: readonly Buffer[] = [
  ...[wav(0.01), mp3(2), makeFlac({ frames: 3 }), makeMp4({ ...AAC, packets: SHORT, edits: [{ ticks: 1, from: 0 }] })],
  ...[
    makeMatroska({ packets: SHORT, lacing: 'ebml', packetsPerBlock: 2 }),
    makeFragmentedMp4({ ...AAC, packets: SHORT }, 2),
  ],
  makeOgg({ headers: vorbisHeaders(16_000, [false, true]), packets: SHORT, positionAfter: (count) => count }),
];

/** Of looking at each byte; what looks at some again for each of them would take millions. */
const PASSES_MAX = 100;
const costOf = (bytes: Buffer): Promise<number> => costInPasses(bytes, () => readDuration(bytes));

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
    ['Opus in Ogg', makeOgg({ headers: opusHeaders(), packets: OPUS, positionAfter: () => 1 }), 10],
    ['FLAC', makeFlac({ frames: 100, told: 1 }), 25.6],
    ['M4A', makeMp4(AAC), 32],
    ['WebM', makeMatroska({ packets: OPUS, told: 1 }), 10],
    ['an M4A that tells more than a century', makeMp4({ ...AAC, ticks: 0xffffffff, scale: 1 }), 4e9],
    ['nothing', Buffer.alloc(0), undefined],
    ['text', Buffer.from('this is no sound at all, and never was'), undefined],
    ['a WAV that breaks off', wav(1).subarray(0, 30), undefined],
    ['an M4A without its movie', makeMp4(AAC).subarray(0, 100), undefined],
    ['a FLAC that breaks off', makeFlac({ frames: 9 }).subarray(0, 30), undefined],
  ])('is read of %s', (_, bytes, seconds) => {
    if (seconds === undefined) expect(readDuration(bytes)).toBeUndefined();
    else expect(readDuration(bytes)).toBeCloseTo(seconds, 3);
  });

  it('is a number or nothing, wherever a file breaks off', () => {
    for (const file of FILES) {
      const whole = readDuration(file) ?? NaN;
      expect(whole).toBeGreaterThan(0);
      for (let end = 0; end < file.length; end += 1) {
        const seconds = readDuration(file.subarray(0, end));
        // Tables that are cut off leave their media unexplained, which then counts by its bytes.
        expect(seconds === undefined || (seconds >= 0 && seconds <= whole + end / 1_000)).toBe(true);
      }
    }
  });

  it('is a number or nothing, at once, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.nat({ max: 900 }),
        fc.uint8Array({ maxLength: 40 }),
        (whole, at, noise) => {
          const bytes = Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + noise.length)]);
          const seconds = readDuration(bytes);
          expect(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each<[what: string, begin: Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['FLAC', flacBegin(16_000, 1)],
    ['Ogg', opusHead],
    ['MP4', makeMp4({ ...AAC, packets: SHORT })],
    ['WebM', makeMatroska({ packets: SHORT, isStreamed: true })],
    ['MP3', mp3(3)],
  ])('takes no time to look for in 30 MB of garbage that begins as %s', async (_, begin) => {
    for (const garbage of [NOISE, Buffer.alloc(NOISE.length, 0xff), Buffer.alloc(NOISE.length)])
      expect(await costOf(Buffer.concat([begin, garbage]))).toBeLessThan(PASSES_MAX);
  });

  it.each<[what: string, begin: Buffer, repeated: Buffer]>([
    ['boxes', mp4Box('ftyp', Buffer.alloc(8)), mp4Box('free')],
    ['fragments', makeFragmentedMp4({ ...AAC, packets: SHORT }, 3), mp4Box('moof', mp4Box('traf'), mp4Box('traf'))],
    ['captures', opusHead, Buffer.from('OggS')],
    ['pages', opusHead, oggPage({ position: 1, packets: [] })],
    ['pages that begin streams', opusHead, oggPage({ flags: 2, position: 1, packets: [] })],
    [
      'pages of tiny packets',
      opusHead,
      oggPage({ position: 1, packets: Array.from({ length: 255 }, () => Buffer.alloc(1)) }),
    ],
    ['elements', makeMatroska({ packets: SHORT, isStreamed: true }), Buffer.from([0xec, 0x80])],
    ['clusters', makeMatroska({ packets: SHORT, isStreamed: true }), Buffer.from('1f43b67580', 'hex')],
    ['laces', makeMatroska({ packets: SHORT, isStreamed: true }), Buffer.from('a38581000004ff', 'hex')],
    ['headers of frames', flacBegin(16_000, 1), Buffer.from('fff8691800bf', 'hex')],
  ])('takes little time to look for in 30 MB of tiny %s', async (_, begin, repeated) => {
    expect(await costOf(Buffer.concat([begin, Buffer.alloc(NOISE.length, repeated)]))).toBeLessThan(PASSES_MAX);
  });

  it('takes no time to look for in boxes in boxes in boxes', async () => {
    const deep = Buffer.alloc(16_000_000);
    for (let at = 0; at < deep.length; at += 8) {
      deep.writeUInt32BE(deep.length - at, at);
      deep.write('mdia', at + 4);
    }
    expect(
      await costOf(Buffer.concat([mp4Box('ftyp', Buffer.alloc(8)), mp4Box('moov', mp4Box('trak', deep))])),
    ).toBeLessThan(PASSES_MAX);
  });

  it('takes no time to look for in samples that lie upon each other', async () => {
    const count = 1_000_000;
    const tables = mp4Box(
      'stbl',
      mp4Box('stsd', uint32(0, 1), soundEntry('fLaC', mp4Box('dfLa', uint32(0), flacBegin(16_000, 1).subarray(4)))),
      mp4Box('stsz', uint32(0, 0, count), Buffer.alloc(count * 4, uint32(20_000_000))),
      mp4Box('stsc', uint32(0, 1, 1, 1, 1)),
      mp4Box('stco', uint32(0, count), Buffer.alloc(count * 4)),
    );
    const movie = mp4Box('moov', mp4Box('trak', mp4Box('mdia', mp4Box('minf', tables))));
    expect(await costOf(Buffer.concat([movie, mp4Box('mdat', Buffer.alloc(20_000_000))]))).toBeLessThan(PASSES_MAX);
  });
});
