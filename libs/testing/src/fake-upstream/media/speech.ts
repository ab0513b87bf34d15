import type { Behaviour } from '../behaviours.js';
import { deliver } from '../deliver.js';
import { type Answer, type Exchange, type Piece, UPSTREAM_HEADERS } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import type { ReportedUsage } from '../request-log.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { event, streamOf } from './events.js';
import { type Check, number, oneOf, refuseFields, refusal, type Schema, text } from './fields.js';

const INPUT_MAX = 4_096;
const BYTES_PER_CHARACTER = 100;
const PIECE_BYTES = 700;
const TYPES: Record<string, string> = {
  ...{ mp3: 'audio/mpeg', opus: 'audio/opus', aac: 'audio/aac' },
  ...{ flac: 'audio/flac', wav: 'audio/wav', pcm: 'audio/pcm' },
};

const voice: Check = (value) =>
  typeof value === 'string' || typeof (value as { id?: unknown } | null)?.id === 'string' ? null : 'expected a voice';

/** Reference read in November 2026. */
const SPEECH: Schema = {
  fields: {
    model: text(128),
    input: text(INPUT_MAX),
    voice,
    instructions: text(INPUT_MAX),
    response_format: oneOf(...Object.keys(TYPES)),
    speed: number(0.25, 4),
    stream_format: oneOf('sse', 'audio'),
  },
  required: ['model', 'input', 'voice'],
};

/** `POST /v1/audio/speech`: a hundred bytes of sound for each character, the same for the same text. */
export function handleSpeech(exchange: Exchange): Promise<void> {
  const { body, behaviour } = exchange;
  const isEvents = body['stream_format'] === 'sse';
  const refused =
    refuseFields(body, SPEECH) ??
    (isEvents && String(body['model']).startsWith('tts-1')
      ? refusal('stream_format sse is not supported for this model', 'stream_format')
      : null);
  if (refused) return deliver(exchange, errorAnswer(refused, OPENAI_ERROR_FORM));
  const substitute = substituteAnswer(behaviour, OPENAI_ERROR_FORM);
  return deliver(exchange, substitute ?? (isEvents ? inEvents(body, behaviour) : asSound(body)));
}

function asSound(body: Record<string, unknown>): Answer {
  const type = TYPES[(body['response_format'] as string | undefined) ?? 'mp3']!;
  return { status: 200, headers: { ...UPSTREAM_HEADERS, 'content-type': type }, pieces: piecesOf(soundOf(body)) };
}

function inEvents(body: Record<string, unknown>, behaviour: Behaviour): Answer {
  const usage = usageOf(body, behaviour);
  const deltas = piecesOf(soundOf(body)).map(({ bytes }) =>
    event({ type: 'speech.audio.delta', audio: (bytes as Buffer).toString('base64') }),
  );
  return streamOf([...deltas, event({ type: 'speech.audio.done', ...(usage && { usage }) }, usage)], behaviour);
}

/** Bytes that tell when one of them is lost. */
function soundOf(body: Record<string, unknown>): Buffer {
  const { length } = String(body['input']);
  return Buffer.from(Array.from({ length: length * BYTES_PER_CHARACTER }, (_, index) => (index * 31 + length) % 251));
}

function piecesOf(sound: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < sound.length; at += PIECE_BYTES) pieces.push({ bytes: sound.subarray(at, at + PIECE_BYTES) });
  return pieces;
}

/** `usage:INPUT:OUTPUT`, or some usual numbers; undefined with `no-usage`. */
function usageOf(body: Record<string, unknown>, behaviour: Behaviour): ReportedUsage | undefined {
  if (behaviour.has('no-usage')) return undefined;
  const length = String(body['input']).length;
  const [input = Math.ceil(length / 4), output = length] = (behaviour.get('usage')?.split(':') ?? []).map(Number);
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}
