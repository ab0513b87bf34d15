import { flacClock, readFlacRate } from './codecs/flac-frames.js';
import { OPUS_RATE, opusSeconds } from './codecs/opus.js';
import { type PacketClock, UNKNOWN_SOUND } from './codecs/packet-clock.js';
import { readVorbisIdentity, vorbisClock } from './codecs/vorbis.js';

/** What the first packet of a stream tells. */
export interface OggCodec {
  /** How many packets come before the sound, this first one included. */
  readonly headers: number;
  clock: PacketClock;
  /** How many of its positions are a second; undefined where nobody knows. */
  readonly positionRate?: number;
  readonly takeHeader?: (index: number, packet: Buffer) => void;
}

/** Sound that is not known here, counted by its bytes. */
export const UNKNOWN_CODEC: OggCodec = { headers: 1, clock: UNKNOWN_SOUND };

/** Streams that are seen, or that describe others. */
const SILENT = /^(?:\x80theora|fishead\0|\x80kate|BBCD\0|OVP80|CMML\0|text\/)/;
const SILENCE: OggCodec = { headers: 1, clock: 0 };
const FLAC_FRAME = 0xff;
const VORBIS_SETUP = 2;
const SPEEX = { bytes: 80, frameSeconds: 0.02, samplesMin: 160 };

/** The codec of a stream by its first packet: Opus, Vorbis, FLAC, Speex, or one that is counted by its bytes. Those of pictures play nothing. */
export function identifyOggCodec(packet: Buffer): OggCodec {
  const begin = packet.toString('latin1', 0, 9);
  if (begin.startsWith('OpusHead')) return { headers: 2, clock: opusSeconds, positionRate: OPUS_RATE };
  if (begin.startsWith('\x01vorbis')) return vorbis(packet);
  if (begin.startsWith('\x7fFLAC')) return flac(packet);
  if (begin.startsWith('Speex   ')) return speex(packet);
  return SILENT.test(begin) ? SILENCE : UNKNOWN_CODEC;
}

/** Whether a stream of sound can begin so: players go on with the one that they have where it cannot. */
export function beginsSound(packet: Buffer): boolean {
  const { clock } = identifyOggCodec(packet);
  return clock !== 0 && clock !== UNKNOWN_SOUND;
}

function vorbis(packet: Buffer): OggCodec {
  const identity = readVorbisIdentity(packet);
  if (!identity) return UNKNOWN_CODEC;
  const codec: OggCodec = {
    ...{ headers: 3, clock: vorbisClock(identity, undefined), positionRate: identity.rate },
    takeHeader: (index, setup) => {
      if (index === VORBIS_SETUP) codec.clock = vorbisClock(identity, setup);
    },
  };
  return codec;
}

/** Nine bytes come before what is the beginning of a FLAC file. */
function flac(packet: Buffer): OggCodec {
  const rate = readFlacRate(packet.subarray(17));
  if (rate === undefined) return UNKNOWN_CODEC;
  const frames = flacClock(rate);
  return {
    ...{ headers: 1, positionRate: rate },
    clock: (bytes, at, end) => (bytes[at] === FLAC_FRAME ? frames(bytes, at, end) : 0),
  };
}

/** Frames of 20 ms, unless the header tells a rate that makes them longer; it also tells how many are in a packet. */
function speex(packet: Buffer): OggCodec {
  if (packet.length < SPEEX.bytes) return UNKNOWN_CODEC;
  const [rate, mode, frames] = [packet.readUInt32LE(36), packet.readUInt32LE(40), packet.readUInt32LE(64)];
  if (rate === 0 || mode > 2) return UNKNOWN_CODEC;
  const frameSeconds = Math.max(SPEEX.frameSeconds, (SPEEX.samplesMin * 2 ** mode) / rate);
  return { headers: 2, clock: Math.max(frames, 1) * frameSeconds, positionRate: rate };
}
