import {
  aacEntry,
  flacBegin,
  flacFrame,
  makeFragmentedMp4,
  makeMp4,
  mp4Box,
  OPUS_20_MS,
  soundEntry,
  uint32,
} from '@tokenbay/testing';
import { readMp4Duration } from './mp4.js';

const PACKETS = 500;
const many = (packet: Buffer): Buffer[] => Array.from({ length: PACKETS }, () => packet);
const AAC = { packets: many(Buffer.alloc(60)), entry: aacEntry(8), scale: 16_000, ticks: 1_024 };
const AAC_SECONDS = (PACKETS * 1_024) / 16_000;
const OPUS = { packets: many(OPUS_20_MS), entry: soundEntry('Opus'), scale: 48_000, ticks: 960 };
const FLAC = {
  packets: Array.from({ length: 100 }, (_, index) => flacFrame(index)),
  entry: soundEntry('fLaC', mp4Box('dfLa', uint32(0), flacBegin(16_000, 1).subarray(4))),
  ...{ scale: 1_000_000, ticks: 1 },
};
/** A packet of AMR: 20 ms in 32 bytes. */
const AMR = { packets: many(Buffer.alloc(32, 0x3c)), entry: soundEntry('samr'), scale: 8_000, ticks: 160 };
const UNKNOWN = { packets: many(Buffer.alloc(400)), entry: soundEntry('new1'), scale: 16_000, ticks: 1 };
const PCM = { packets: many(Buffer.alloc(640)), entry: soundEntry('sowt'), scale: 16_000, ticks: 1 };
const ALAC = {
  packets: many(Buffer.alloc(90)),
  entry: soundEntry('alac', mp4Box('alac', uint32(0, 4_096, 0, 0, 0, 0, 44_100))),
};
const edited = (...edits: { ticks: number; from: number; speed?: number }[]): Buffer => makeMp4({ ...AAC, edits });

/** With a movie that reaches to the end of the file. */
function enclosed(file: Buffer): Buffer {
  const at = file.indexOf('moov') - 4;
  file.writeUInt32BE(file.length - at, at);
  return file;
}

function renamed(entry: Buffer): Buffer {
  entry.write('mine', 4);
  return entry;
}

describe('the duration of an MP4 file', () => {
  it.each<[what: string, file: Buffer, seconds: number]>([
    ['of AAC', makeMp4({ ...AAC, told: PACKETS * 1_024 }), AAC_SECONDS],
    ['whose movie tells less', makeMp4({ ...AAC, told: 1 }), AAC_SECONDS],
    ['whose movie tells more', makeMp4({ ...AAC, told: 4e9 }), AAC_SECONDS],
    ['whose samples tell less', makeMp4({ ...AAC, ticks: 0 }), AAC_SECONDS],
    ['whose scale tells less', makeMp4({ ...AAC, scale: 4e9 }), AAC_SECONDS],
    ['whose scale tells nothing', makeMp4({ ...AAC, scale: 0 }), AAC_SECONDS],
    ['whose samples tell more', makeMp4({ ...AAC, ticks: 2_048 }), 2 * AAC_SECONDS],
    ['in fragments', makeFragmentedMp4(AAC, 40), AAC_SECONDS],
    ['in fragments that leave it to the movie', makeFragmentedMp4(AAC, 40, false), AAC_SECONDS],
    ['in fragments that tell less', makeFragmentedMp4({ ...AAC, ticks: 1 }, 40), AAC_SECONDS],
    ['in fragments of Opus that tell less', makeFragmentedMp4({ ...OPUS, ticks: 1 }, 40), 10],
    ['of Opus that tells less', makeMp4({ ...OPUS, ticks: 0 }), 10],
    ['of FLAC that tells less', makeMp4(FLAC), (100 * 4_096) / 16_000],
    ['of ALAC that tells less', makeMp4({ ...ALAC, scale: 44_100, ticks: 1 }), (PACKETS * 4_096) / 44_100],
    ['of AMR that tells less', makeMp4({ ...AMR, ticks: 1 }), 10],
    ['of samples that tell less', makeMp4(PCM), 10],
    ['of a codec that is not known', makeMp4(UNKNOWN), 25],
    ['whose fragments are in its movie', enclosed(makeFragmentedMp4({ ...OPUS, ticks: 1 }, 40)), 10],
    ['whose sound has another name', makeMp4({ ...AAC, entry: renamed(aacEntry(8)), ticks: 1 }), AAC_SECONDS],
    ['of two behind each other', Buffer.concat([makeMp4(OPUS), makeMp4(OPUS).subarray(0)]), 20],
    ['of pictures', makeMp4({ ...UNKNOWN, handler: 'vide' }), 0],
    ['cut by an edit', edited({ ticks: 1, from: 0 }), AAC_SECONDS],
    ['with an edit that tells more', edited({ ticks: 0xffffffff, from: 0 }), AAC_SECONDS],
    ['played twice', edited({ ticks: 0xffffffff, from: 0 }, { ticks: 0xffffffff, from: 0 }), 2 * AAC_SECONDS],
    ['behind a silence', edited({ ticks: 160_000, from: -1 }, { ticks: 512_000, from: 0 }), AAC_SECONDS + 10],
    ['played slowly', edited({ ticks: 1_024_000, from: 0, speed: 0x8000 }), 64],
    ['with media that no table mentions', makeMp4({ ...AAC, unmentioned: Buffer.alloc(5_000) }), AAC_SECONDS + 5],
    [
      'with packets that hold several frames',
      makeMp4({ ...AAC, packets: [Buffer.alloc(16_144)], ticks: 1 }),
      0.064 + 10,
    ],
  ])('is that of its packets and tables, whatever its header tells: %s', (_, file, seconds) => {
    expect(readMp4Duration(file)).toBeCloseTo(seconds, 2);
  });

  it('is not told of what has no movie, or says something twice', () => {
    expect(readMp4Duration(makeMp4(AAC).subarray(0, 20_000))).toBeUndefined();
    const twice = makeMp4({ ...AAC, entry: Buffer.concat([AAC.entry]) });
    const track = twice.subarray(twice.indexOf('trak') - 4);
    const table = track.subarray(track.indexOf('stts') - 4);
    const doubled = mp4Box('moov', mp4Box('trak', table.subarray(0, 24), table.subarray(0, 24)));
    expect(readMp4Duration(Buffer.concat([twice.subarray(0, 24), doubled]))).toBeUndefined();
  });

  it('is not told of samples that lie upon each other', () => {
    const file = makeMp4(OPUS);
    file.writeUInt32BE(1, file.indexOf('stsc') + 12);
    const at = file.indexOf('stsz') + 16;
    for (let index = 0; index < PACKETS; index += 1) file.writeUInt32BE(20_000 - index, at + index * 4);
    file.writeUInt32BE(PACKETS, file.indexOf('stsc') + 16);
    expect(readMp4Duration(file)).toBeDefined();
    const offsets = mp4Box('stco', uint32(0, 2, 0, 0));
    const sizes = mp4Box('stsz', uint32(0, 0, 2, file.length, file.length));
    const tables = mp4Box('stbl', sizes, mp4Box('stsc', uint32(0, 1, 1, 1, 1)), offsets);
    const movie = mp4Box('moov', mp4Box('trak', mp4Box('mdia', mp4Box('minf', tables))));
    expect(readMp4Duration(Buffer.concat([file.subarray(0, 16), movie, Buffer.alloc(file.length)]))).toBeUndefined();
  });
});
