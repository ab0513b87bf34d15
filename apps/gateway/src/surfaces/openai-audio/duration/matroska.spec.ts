import {
  flacBegin,
  flacFrame,
  makeMatroska,
  matroskaBlock,
  matroskaElement,
  OPUS_20_MS,
  OPUS_60_MS,
  vorbisHeaders,
} from '@tokenbay/testing';
import { readMatroskaDuration } from './matroska.js';

const PACKETS = 500;
const many = (packet: Buffer): Buffer[] => Array.from({ length: PACKETS }, () => packet);
const OPUS = { packets: many(OPUS_20_MS) };
const UNKNOWN = { codec: 'A_NEWS', packets: many(Buffer.alloc(40)) };
const atOnce = (): number => 0;
const FLAC = { codec: 'A_FLAC', setup: flacBegin(16_000, 1), millisecondsAt: atOnce };
const audio = (rate: number): Buffer => {
  const number = Buffer.alloc(4);
  number.writeFloatBE(rate);
  const fields = [matroskaElement('b5', number), matroskaElement('9f', Buffer.from([1]))];
  return matroskaElement('e1', ...fields, matroskaElement('6264', Buffer.from([16])));
};

function vorbis(): Buffer {
  const headers = vorbisHeaders(16_000, [false, true]);
  const setup = Buffer.concat([Buffer.from([2, headers[0]!.length, headers[1]!.length]), ...headers]);
  return makeMatroska({ codec: 'A_VORBIS', setup, packets: many(Buffer.alloc(30, 2)), millisecondsAt: atOnce });
}

/** Its last block in a group that tells how long it is. */
function grouped(milliseconds: number): Buffer {
  const length = matroskaElement('9b', Buffer.from([milliseconds >> 8, milliseconds & 255]));
  const group = matroskaElement('a0', matroskaElement('a1', matroskaBlock(1_000, [OPUS_20_MS])), length);
  return Buffer.concat([makeMatroska({ ...UNKNOWN, isStreamed: true }), group]);
}

describe('the duration of a WebM file', () => {
  it.each<[what: string, file: Buffer, seconds: number]>([
    ['of Opus', makeMatroska({ ...OPUS, told: 10_000 }), 10],
    ['that tells nothing, as browsers write it', makeMatroska({ ...OPUS, isStreamed: true }), 10],
    ['that tells less', makeMatroska({ ...OPUS, told: 1 }), 10],
    ['that tells more', makeMatroska({ ...OPUS, told: 1e9 }), 10],
    ['whose blocks are all at once', makeMatroska({ ...OPUS, millisecondsAt: atOnce }), 10],
    ['whose blocks go back', makeMatroska({ ...OPUS, millisecondsAt: (packet) => 30_000 - packet * 20 }), 10],
    [
      'whose blocks are further from each other',
      makeMatroska({ ...OPUS, millisecondsAt: (packet) => packet * 40 }),
      19.96,
    ],
    ['that begins late', makeMatroska({ ...OPUS, millisecondsAt: (packet) => 1e6 + packet * 20 }), 10],
    ['in packets of 60 ms', makeMatroska({ packets: many(OPUS_60_MS) }), 30],
    ['laced as Xiph does', makeMatroska({ ...OPUS, millisecondsAt: atOnce, lacing: 'xiph', packetsPerBlock: 5 }), 10],
    ['laced as EBML does', makeMatroska({ ...OPUS, millisecondsAt: atOnce, lacing: 'ebml', packetsPerBlock: 5 }), 10],
    ['laced evenly', makeMatroska({ ...OPUS, millisecondsAt: atOnce, lacing: 'fixed', packetsPerBlock: 5 }), 10],
    ['of Vorbis at once', vorbis(), (PACKETS * 1_024) / 16_000],
    [
      'of FLAC at once',
      makeMatroska({ ...FLAC, packets: [0, 1, 2].map((index) => flacFrame(index)) }),
      (3 * 4_096) / 16_000,
    ],
    [
      'of AAC at once',
      makeMatroska({
        packets: many(Buffer.alloc(60)),
        codec: 'A_AAC',
        setup: Buffer.from([0x14, 0x08]),
        millisecondsAt: atOnce,
      }),
      (PACKETS * 1_024) / 16_000,
    ],
    [
      'of samples at once',
      makeMatroska({
        packets: many(Buffer.alloc(640)),
        codec: 'A_PCM/INT/LIT',
        more: [audio(16_000)],
        millisecondsAt: atOnce,
      }),
      10,
    ],
    ['of a codec that is not known, by its times', makeMatroska(UNKNOWN), 9.98],
    ['of a codec that is not known, by its frames', makeMatroska({ ...UNKNOWN, frameNanoseconds: 20_000_000 }), 10],
    ['of a codec that is not known, by a length of its last block', grouped(500), 10.5],
    [
      'of a codec that is not known, by its bytes',
      makeMatroska({ ...UNKNOWN, packets: many(Buffer.alloc(400)), millisecondsAt: atOnce }),
      25,
    ],
    ['of two behind each other', Buffer.concat([makeMatroska(OPUS), makeMatroska(OPUS)]), 20],
    [
      'of two streams behind each other',
      Buffer.concat([makeMatroska({ ...OPUS, isStreamed: true }), makeMatroska({ ...OPUS, isStreamed: true })]),
      20,
    ],
  ])('is that of its blocks, whatever it tells: %s', (_, file, seconds) => {
    expect(readMatroskaDuration(file)).toBeCloseTo(seconds, 2);
  });

  it('goes on at the next cluster behind an element that is larger than what it is in', () => {
    const whole = makeMatroska(OPUS);
    const [first] = [whole.indexOf(Buffer.from('1f43b675', 'hex'))];
    const block = whole.indexOf(Buffer.from('a3', 'hex'), first + 24);
    whole.writeUInt8(0xec, block);
    whole.writeBigUInt64BE((1n << 56n) | BigInt(whole.length), block + 1);
    // The first of ten clusters, a second long, is lost, and its bytes count.
    expect(readMatroskaDuration(whole)).toBeGreaterThan(9);
  });

  it('goes on at the next cluster in an element that nobody knows', () => {
    const whole = makeMatroska({ ...OPUS, isStreamed: true });
    const cluster = whole.indexOf(Buffer.from('1f43b675', 'hex'));
    const size = Buffer.from('4bff0100000000000000', 'hex');
    size.writeUInt32BE(whole.length - cluster, 6);
    const file = Buffer.concat([whole.subarray(0, cluster), size, whole.subarray(cluster)]);
    expect(readMatroskaDuration(file)).toBeCloseTo(10, 3);
  });

  it('is not told where nothing is known of its tracks', () => {
    const encoded = makeMatroska({ ...OPUS, more: [matroskaElement('6d80', Buffer.alloc(9))] });
    const unlisted = makeMatroska(OPUS);
    unlisted.writeUInt8(0xec, unlisted.indexOf(Buffer.from('1654ae6b', 'hex')) + 12);
    const many = makeMatroska(OPUS).subarray(0, 100);
    for (const file of [encoded, unlisted, many.subarray(0, 60)]) expect(readMatroskaDuration(file)).toBeUndefined();
  });
});
