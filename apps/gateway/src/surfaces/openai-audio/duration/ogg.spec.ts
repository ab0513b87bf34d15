import {
  flacBegin,
  flacFrame,
  makeOgg,
  OPUS_20_MS,
  OPUS_60_MS,
  oggPage,
  oggPagesOfOne,
  opusHeaders,
  vorbisHeaders,
} from '@tokenbay/testing';
import { readOggDuration } from './ogg.js';

const PACKETS = 500;
const many = (packet: Buffer, count = PACKETS): Buffer[] => Array.from({ length: count }, () => packet);
const opus = (positionAfter: (packets: number) => number, serial = 1, packet = OPUS_20_MS): Buffer =>
  makeOgg({ serial, headers: opusHeaders(), packets: many(packet), positionAfter });
const truly = (packets: number): number => packets * 960;

/** Blocks of Vorbis by their mode, of which the second is long. */
const vorbis = (modes: readonly boolean[], packets: readonly Buffer[]): Buffer =>
  makeOgg({ headers: vorbisHeaders(16_000, modes), packets, positionAfter: () => 1 });
const SHORT = Buffer.alloc(30);
const LONG = Buffer.alloc(30, 2);

function flac(frames: number): Buffer {
  const begin = Buffer.from('\x7fFLAC\x01\0\0\0', 'latin1');
  const headers = [Buffer.concat([begin, flacBegin(16_000, 1)])];
  const packets = Array.from({ length: frames }, (_, index) => flacFrame(index));
  return makeOgg({ headers, packets, positionAfter: () => 1 });
}

function speex(packets: number): Buffer {
  const head = Buffer.alloc(80);
  head.write('Speex   ');
  head.writeUInt32LE(16_000, 36);
  head.writeUInt32LE(1, 40);
  head.writeUInt32LE(2, 64);
  return makeOgg({ headers: [head, Buffer.from('tags')], packets: many(SHORT, packets), positionAfter: () => 1 });
}

function broken(): Buffer {
  const file = opus(truly);
  file[file.length - 5]! ^= 1;
  return file;
}

describe('the duration of an Ogg file', () => {
  it.each<[what: string, file: Buffer, seconds: number]>([
    ['of Opus', opus(truly), 10],
    ['of Opus in packets of 60 ms', opus((packets) => packets * 2_880, 1, OPUS_60_MS), 30],
    ['whose pages tell less', opus(() => 1), 10],
    ['whose pages tell nothing', opus(() => -1), 10],
    ['whose pages go back', opus((packets) => 1_000_000 - packets), 10],
    ['that was taken out of a running stream', opus((packets) => 1e12 + truly(packets)), 10],
    [
      'that says that it skips its beginning',
      makeOgg({ headers: opusHeaders(65_535), packets: many(OPUS_20_MS), positionAfter: truly }),
      10,
    ],
    ['of two streams behind each other', Buffer.concat([opus(truly), opus(truly, 2)]), 20],
    ['of two streams of one number', Buffer.concat([opus(truly), opus(truly)]), 20],
    ['of a hundred streams', Buffer.concat(Array.from({ length: 100 }, (_, serial) => opus(truly, serial))), 1_000],
    [
      'with a stream of pictures in it',
      Buffer.concat([
        oggPage({ serial: 9, flags: 2, position: 0, packets: [Buffer.from('\x80theora', 'latin1')] }),
        oggPage({ serial: 9, position: 9e9, packets: many(SHORT, 9) }),
        opus(truly),
      ]),
      10,
    ],
    [
      'that is said to begin in its middle',
      Buffer.concat([opus(truly), oggPage({ flags: 2, position: 1, packets: many(OPUS_20_MS, 50) })]),
      11,
    ],
    [
      'that is said to go on in pictures',
      Buffer.concat([
        opus(truly),
        oggPage({ flags: 2, position: 1, packets: [Buffer.from('fishead\0')] }),
        oggPage({ position: 1, packets: many(OPUS_20_MS, 50) }),
      ]),
      11.02,
    ],
    ['with a packet in two pages', Buffer.concat([opus(truly), oggPagesOfOne(Buffer.alloc(300, 0x08), 0)]), 10.02],
    ['of Vorbis in long blocks', vorbis([false, true], many(LONG)), (PACKETS * 1_024) / 16_000],
    ['of Vorbis in short blocks', vorbis([false, true], many(SHORT)), (PACKETS * 128) / 16_000],
    ['of Vorbis whose modes cannot be told', vorbis([], many(SHORT)), (PACKETS * 1_024) / 16_000],
    ['of FLAC', flac(100), (100 * 4_096) / 16_000],
    ['of Speex', speex(100), 4],
  ])('is that of its packets, whatever its pages tell: %s', (_, file, seconds) => {
    expect(readOggDuration(file)).toBeCloseTo(seconds, 3);
  });

  it('is as long as its pages tell where they tell of more than its packets', () => {
    expect(readOggDuration(opus((packets) => truly(packets) * 2))).toBeCloseTo(19, 3);
  });

  it('counts what is in no page as speech at 8 kbit/s', () => {
    expect(readOggDuration(Buffer.concat([opus(truly), Buffer.alloc(5_000)]))).toBeCloseTo(15, 3);
  });

  it('counts sound of a codec that is not known as speech at 64 kbit/s', () => {
    const packets = many(Buffer.alloc(400));
    const file = makeOgg({ headers: [Buffer.from('news 1.0')], packets, positionAfter: () => 1, packetsPerPage: 9 });
    expect(readOggDuration(file)).toBeCloseTo(25, 3);
  });

  it('is not told where a page is broken, or there are more streams than anybody chains', () => {
    expect(readOggDuration(broken())).toBeUndefined();
    const page = oggPage({ flags: 2, position: 0, packets: [opusHeaders()[0]!] });
    expect(readOggDuration(Buffer.alloc(page.length * 20_000, page))).toBeUndefined();
  });
});
