import type { Behaviour } from '../behaviours.js';
import { deliver } from '../deliver.js';
import { type Answer, type Exchange, jsonAnswer, type ReceivedFile, UPSTREAM_HEADERS } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import type { ProviderError } from '../protocol.js';
import type { ReportedUsage } from '../request-log.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { event, streamOf } from './events.js';
import { anything, flag, fromForm, list, number, oneOf, refuseFields, refusal, type Schema, text } from './fields.js';

const TEXT = 'Hello from the fake upstream.';
const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'];
const EXTENSION = /\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/i;
const isOneOf =
  (...words: string[]) =>
  (item: unknown): boolean =>
    words.includes(item as string);

/** Reference read in November 2026; values of a form are strings, lists are named with brackets. */
const COMMON = { model: text(128), prompt: text(4_096), temperature: number(0, 1) };
const TRANSCRIPTION: Schema = {
  fields: {
    ...COMMON,
    response_format: oneOf(...FORMATS),
    language: text(16),
    stream: flag,
    chunking_strategy: anything,
    'chunking_strategy[type]': oneOf('server_vad'),
    'include[]': list(isOneOf('logprobs')),
    'keywords[]': list((item) => typeof item === 'string'),
    'languages[]': list((item) => typeof item === 'string'),
    'known_speaker_names[]': list((item) => typeof item === 'string'),
    'known_speaker_references[]': list((item) => /^data:/.test(String(item))),
    'timestamp_granularities[]': list(isOneOf('word', 'segment')),
  },
  required: ['model'],
};
const TRANSLATION: Schema = {
  fields: { ...COMMON, response_format: oneOf('json', 'text', 'srt', 'verbose_json', 'vtt') },
  required: ['model'],
};

/** `POST /v1/audio/transcriptions`. */
export function handleTranscription(exchange: Exchange): Promise<void> {
  return handle(exchange, TRANSCRIPTION);
}

/** `POST /v1/audio/translations`. */
export function handleTranslation(exchange: Exchange): Promise<void> {
  return handle(exchange, TRANSLATION);
}

function handle(exchange: Exchange, schema: Schema): Promise<void> {
  const body = fromForm(exchange.body, ['stream', 'temperature']);
  const refused = refuseFields(body, schema) ?? refuseFiles(exchange.files) ?? refuseTogether(body);
  if (refused) return deliver(exchange, errorAnswer(refused, OPENAI_ERROR_FORM));
  const { behaviour } = exchange;
  const substitute = substituteAnswer(behaviour, OPENAI_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  // The oldest model knows no streams, and answers whole.
  const isStream = body['stream'] === true && !isWhisper(body);
  return deliver(exchange, isStream ? streamed(behaviour, body) : whole(behaviour, body));
}

function whole(behaviour: Behaviour, body: Record<string, unknown>): Answer {
  const seconds = behaviour.number('seconds') ?? 8.47;
  const usage = usageOf(behaviour, body, seconds);
  const reported = usage && { usage };
  const segment = { id: 'seg_1', start: 0, end: seconds, text: TEXT };
  switch (body['response_format'] ?? 'json') {
    case 'text':
      return plain(`${TEXT}\n`);
    case 'srt':
      return plain(`1\n00:00:00,000 --> ${clock(seconds, ',')}\n${TEXT}\n\n`);
    case 'vtt':
      return plain(`WEBVTT\n\n00:00:00.000 --> ${clock(seconds, '.')}\n${TEXT}\n\n`);
    case 'verbose_json': {
      const about = { task: 'transcribe', language: 'english', duration: seconds, text: TEXT };
      return jsonAnswer(200, JSON.stringify({ ...about, segments: [{ ...segment, id: 0 }], ...reported }), usage);
    }
    case 'diarized_json': {
      const spoken = { ...segment, type: 'transcript.text.segment', speaker: 'A' };
      const about = { task: 'transcribe', duration: seconds, text: TEXT };
      return jsonAnswer(200, JSON.stringify({ ...about, segments: [spoken], ...reported }), usage);
    }
    default:
      return jsonAnswer(200, JSON.stringify({ text: TEXT, ...reported }), usage);
  }
}

function streamed(behaviour: Behaviour, body: Record<string, unknown>): Answer {
  const usage = usageOf(behaviour, body, 0);
  const deltas = (TEXT.match(/\s*\S+/g) ?? []).map((delta) => event({ type: 'transcript.text.delta', delta }));
  return streamOf(
    [...deltas, event({ type: 'transcript.text.done', text: TEXT, ...(usage && { usage }) }, usage)],
    behaviour,
  );
}

/** Whisper reports whole seconds, newer models tokens (`usage:AUDIO:OUTPUT[:TEXT]`); undefined with `no-usage`. */
function usageOf(behaviour: Behaviour, body: Record<string, unknown>, seconds: number): ReportedUsage | undefined {
  if (behaviour.has('no-usage')) return undefined;
  if (isWhisper(body)) return { type: 'duration', seconds: Math.ceil(seconds) };
  const [audio = 85, output = 7, text = 0] = (behaviour.get('usage')?.split(':') ?? []).map(Number);
  return {
    ...{ type: 'tokens', input_tokens: audio + text, output_tokens: output, total_tokens: audio + text + output },
    input_token_details: { audio_tokens: audio, text_tokens: text },
  };
}

function isWhisper(body: Record<string, unknown>): boolean {
  return String(body['model']).startsWith('whisper');
}

function refuseFiles(files: readonly ReceivedFile[]): ProviderError | null {
  const [file, ...more] = files;
  if (file?.name !== 'file' || more.length > 0) return refusal("Missing required parameter: 'file'.", 'file');
  return EXTENSION.test(file.fileName) ? null : refusal('Unrecognized file format.', 'file');
}

function refuseTogether(body: Record<string, unknown>): ProviderError | null {
  if (body['timestamp_granularities[]'] !== undefined && body['response_format'] !== 'verbose_json')
    return refusal("'timestamp_granularities' needs response_format verbose_json.", 'timestamp_granularities');
  return null;
}

function plain(content: string): Answer {
  return {
    status: 200,
    headers: { ...UPSTREAM_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
    pieces: [{ bytes: content }],
  };
}

function clock(seconds: number, comma: string): string {
  return new Date(Math.round(seconds * 1_000)).toISOString().slice(11, 23).replace('.', comma);
}
