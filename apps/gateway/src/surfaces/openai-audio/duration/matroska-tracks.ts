import { aacClock } from './codecs/aac.js';
import { flacClock, readFlacRate } from './codecs/flac-frames.js';
import { mpegSeconds } from './codecs/mpeg-packets.js';
import { opusSeconds } from './codecs/opus.js';
import { type PacketClock, UNKNOWN_SOUND } from './codecs/packet-clock.js';
import { readVorbisIdentity, vorbisClock } from './codecs/vorbis.js';
import { type Element, elementsIn, fractionOf, numberOf } from './matroska-elements.js';

const TRACK_ENTRY = 0xae;
const NUMBER = 0xd7;
const TYPE = 0x83;
const CODEC = 0x86;
const CODEC_PRIVATE = 0x63a2;
const DEFAULT_DURATION = 0x23e383;
const ENCODINGS = 0x6d80;
const AUDIO = 0xe1;
const RATE = 0xb5;
const CHANNELS = 0x9f;
const BIT_DEPTH = 0x6264;
const SOUND = 2;
const NANOSECONDS = 1e9;

/** What a file says of one of its tracks. */
export interface MatroskaTrack {
  readonly number: number;
  readonly isSound: boolean;
  readonly clock: PacketClock;
  /** Of each frame, in seconds; 0 where it does not say. */
  readonly frameSeconds: number;
  /** Its packets are not as its codec made them. */
  readonly isEncoded: boolean;
}

/** The tracks that an element of them lists. */
export function readTracks(bytes: Buffer, begin: number, end: number): MatroskaTrack[] {
  const tracks: MatroskaTrack[] = [];
  for (const entry of elementsIn(bytes, begin, end)) if (entry.id === TRACK_ENTRY) tracks.push(readTrack(bytes, entry));
  return tracks;
}

function readTrack(bytes: Buffer, { at, end }: Element): MatroskaTrack {
  const elements = new Map<number, Element>();
  for (const element of elementsIn(bytes, at, end)) elements.set(element.id, element);
  const read = (id: number): number => {
    const element = elements.get(id);
    return (element && numberOf(bytes, element)) ?? 0;
  };
  const contentOf = (id: number): Buffer => {
    const element = elements.get(id);
    return element ? bytes.subarray(element.at, element.end) : Buffer.alloc(0);
  };
  const name = contentOf(CODEC).toString('latin1').replace(/\0+$/, '');
  return {
    ...{ number: read(NUMBER), isSound: read(TYPE) === SOUND || name === '' || name.startsWith('A_') },
    clock: clockOf(name, contentOf(CODEC_PRIVATE), readAudio(bytes, elements.get(AUDIO))) ?? UNKNOWN_SOUND,
    frameSeconds: read(DEFAULT_DURATION) / NANOSECONDS,
    isEncoded: elements.has(ENCODINGS),
  };
}

interface Audio {
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
}

function readAudio(bytes: Buffer, audio: Element | undefined): Audio {
  const read = { rate: 8_000, channels: 1, bits: 0 };
  for (const element of audio ? elementsIn(bytes, audio.at, audio.end) : []) {
    if (element.id === RATE) read.rate = fractionOf(bytes, element) ?? read.rate;
    if (element.id === CHANNELS) read.channels = numberOf(bytes, element) ?? read.channels;
    if (element.id === BIT_DEPTH) read.bits = numberOf(bytes, element) ?? read.bits;
  }
  return read;
}

function clockOf(name: string, setup: Buffer, { rate, channels, bits }: Audio): PacketClock | undefined {
  if (name === 'A_OPUS') return opusSeconds;
  if (name === 'A_VORBIS') return vorbisOf(setup);
  if (name === 'A_FLAC') return flacOf(setup);
  if (name === 'A_AAC') return aacClock(setup);
  if (name === 'A_MPEG/L3') return mpegSeconds;
  const bytesPerSecond = name.startsWith('A_PCM/') ? (Math.floor(rate) * channels * bits) / 8 : 0;
  return bytesPerSecond > 0 && Number.isFinite(bytesPerSecond) ? { bytesPerSecond } : undefined;
}

function flacOf(setup: Buffer): PacketClock | undefined {
  const rate = readFlacRate(setup.subarray(setup.toString('latin1', 0, 4) === 'fLaC' ? 8 : 0));
  return rate === undefined ? undefined : flacClock(rate);
}

/** Three headers in one: how many there are beside the last, how long each of those is, and all of them. */
function vorbisOf(setup: Buffer): PacketClock | undefined {
  if (setup[0] !== 2) return undefined;
  const lengths = [0, 0];
  let at = 1;
  for (const index of [0, 1]) {
    for (; setup[at] === 255; at += 1) lengths[index]! += 255;
    lengths[index]! += setup[at] ?? 0;
    at += 1;
  }
  const identity = readVorbisIdentity(setup.subarray(at, at + lengths[0]!));
  return identity && vorbisClock(identity, setup.subarray(at + lengths[0]! + lengths[1]!));
}
