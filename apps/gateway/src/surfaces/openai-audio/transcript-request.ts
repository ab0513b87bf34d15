import type { Call, CountedMedia, DeliveredMedia, DoubtedMedia } from '../../relay/call.js';
import { CountedText } from '../../relay/count-tokens.js';
import { needWire } from '../../relay/exchange/whole-exchange.js';
import type { FormFile, MultipartForm } from '../../relay/multipart/multipart-form.js';
import { fromForm, invalid, needText, readFlag, readServiceTier, readText, readWord } from '../body-reader.js';
import { assertFileFields } from '../form-body.js';
import { OPENAI_KEEP_ALIVE, renderOpenAiStreamError } from '../openai-stream.js';
import { readDuration } from './duration/read-duration.js';
import { boundSeconds, countSeconds, type Recording } from './seconds.js';
import { type TextFormat, TranscriptExchange } from './transcript-exchange.js';

const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const;
/** Those that are no JSON. */
const TEXT_FORMATS: ReadonlyMap<string, TextFormat> = new Map([
  ['text', 'text'],
  ['srt', 'subtitles'],
  ['vtt', 'subtitles'],
]);
/** The documented price of a minute is that of 1,000 tokens; twice as many are held for. */
const TOKENS_PER_SECOND_USUAL = 17;
const TOKENS_PER_SECOND_MAX = 34;
/** Nobody speaks so fast; speakers told apart and words with their times are no tokens. */
const WRITTEN_TOKENS_PER_SECOND_MAX = 16;
const WRITTEN_TOKENS_MIN = 512;

/** Understands a form of `POST /v1/audio/transcriptions`. Throws `invalid_request` naming the field. */
export function readTranscriptionCall(form: MultipartForm, bodyBytes: number): Call {
  return readTranscriptCall(form, bodyBytes, 'transcription');
}

/** Understands a form of `POST /v1/audio/translations`, which are never streamed. Throws `invalid_request` naming the field. */
export function readTranslationCall(form: MultipartForm, bodyBytes: number): Call {
  return readTranscriptCall(form, bodyBytes, 'translation');
}

function readTranscriptCall(form: MultipartForm, bodyBytes: number, kind: 'transcription' | 'translation'): Call {
  const { fields } = form;
  const model = needText(fields['model'], 'model');
  const file = needFile(form);
  const prompt = readText(fields['prompt'], 'prompt') ?? '';
  const format = readWord(fields['response_format'], FORMATS, 'response_format') ?? 'json';
  const isStream = kind === 'transcription' && (readFlag(fromForm(fields['stream']), 'stream') ?? false);
  const recording: Recording = { bytes: file.bytes.length, measured: readDuration(file.bytes) };
  const { held, doubted } = boundSeconds(recording);
  const textBytes = bodyBytes - form.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const tokens = boundTokens(held, textBytes);
  return {
    ...{ dialect: 'openai', capability: 'transcription', model, body: fields, isStream, wantsUsage: false, choices: 1 },
    // Nothing lowers what is said in a recording.
    ...{ ...tokens, outputTokensFloor: tokens.outputTokensMax },
    priceKinds: [...CONSUMED, ...(prompt === '' ? [] : TEXT_INPUT)],
    excludedKinds: ['imageInputPerMillion', 'audioOutputPerMillion', 'imageOutputPerMillion'],
    ...{ hostedTools: [], serviceTier: readServiceTier(fields['service_tier']), keepAlive: OPENAI_KEEP_ALIVE },
    readInputText: () => prompt,
    media: {
      piecesMax: { seconds: held },
      doubted: { ...boundTokens(doubted, textBytes), pieces: { seconds: doubted } },
      consumes: CONSUMED,
      soldBy: ['perMinute', 'perSecond', 'perRequest'],
      count: (delivered) => count(prompt, recording, delivered),
    },
    openExchange: ({ adapter, upstreamModel, textCharactersMax }) =>
      new TranscriptExchange(
        {
          ...{ body: form, wire: needWire(adapter, kind), upstreamModel, isStream, choices: 1, textCharactersMax },
          renderFailure: renderOpenAiStreamError,
        },
        { format: TEXT_FORMATS.get(format), secondsMin: countSeconds(recording, 0) },
      ),
  };
}

const CONSUMED = ['audioInputPerMillion', 'outputPerMillion'] as const;
const TEXT_INPUT = ['inputPerMillion'] as const;

const FILE_FIELDS = new Set(['file']);
/** What providers take in place of a file, or beside one: a recording of any length that never passes here. */
const ELSEWHERE = ['file', 'url', 'file_url', 'file_id'];

function boundTokens(seconds: number, textBytes: number): Pick<DoubtedMedia, 'inputTokensMax' | 'outputTokensMax'> {
  return {
    inputTokensMax: textBytes + Math.ceil(seconds * TOKENS_PER_SECOND_MAX),
    outputTokensMax: Math.ceil(seconds * WRITTEN_TOKENS_PER_SECOND_MAX) + WRITTEN_TOKENS_MIN,
  };
}

function needFile(form: MultipartForm): FormFile {
  assertFileFields(form.files, FILE_FIELDS);
  const elsewhere = ELSEWHERE.find((name) => Object.hasOwn(form.fields, name));
  if (elsewhere !== undefined)
    throw invalid(elsewhere, 'is not offered as a text: send the recording itself, as a file');
  const files = form.filesOf('file');
  if (files.length !== 1) throw invalid('file', 'is required, as one file');
  if (files[0]!.bytes.length === 0) throw invalid('file', 'must not be empty');
  return files[0]!;
}

async function count(prompt: string, recording: Recording, { text, pieces }: DeliveredMedia): Promise<CountedMedia> {
  const seconds = pieces.seconds ?? countSeconds(recording, text.charactersTotal);
  const inputTokens = await CountedText.of(prompt).countTokens();
  const outputTokens = await text.countTokens();
  return {
    pieces: { seconds },
    tokens: { inputTokens, audioInputTokens: Math.ceil(seconds * TOKENS_PER_SECOND_USUAL), outputTokens },
  };
}
