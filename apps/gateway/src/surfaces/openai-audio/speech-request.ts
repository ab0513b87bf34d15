import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { Call, CountedMedia } from '../../relay/call.js';
import { CountedText } from '../../relay/count-tokens.js';
import type { Exchange, ExchangeTerms } from '../../relay/exchange/exchange.js';
import { MediaExchange } from '../../relay/exchange/media-exchange.js';
import { needWire } from '../../relay/exchange/whole-exchange.js';
import { invalid, needText, readNumber, readServiceTier, readText, readWord } from '../body-reader.js';
import { OPENAI_KEEP_ALIVE, renderOpenAiStreamError } from '../openai-stream.js';
import { SpeechExchange } from './speech-exchange.js';

/** The documented price of a minute is that of 1,250 tokens, and a minute holds some 900 characters. */
const TOKENS_PER_CHARACTER_USUAL = 1.4;
/** Names, numbers and pauses take longer than their letters; instructions may ask to speak slowly. */
const TOKENS_PER_CHARACTER_MAX = 8;
const TOKENS_MAX_MIN = 256;
const SPEED_MIN = 0.25;
const SPEED_MAX = 4;
const CONSUMED = ['inputPerMillion', 'audioOutputPerMillion'] as const;
const NO_KEEP_ALIVE = Buffer.alloc(0);

/**
 * Understands a body of `POST /v1/audio/speech`. Throws `invalid_request` naming the field, and `not_implemented` for a voice that is kept
 * upstream.
 */
export function readSpeechCall(body: JsonObject, bodyBytes: number): Call {
  const model = needText(body['model'], 'model');
  const input = needText(body['input'], 'input');
  if (input === '') throw invalid('input', 'must not be empty');
  assertVoice(body['voice']);
  const format = readText(body['response_format'], 'response_format') ?? 'mp3';
  const isEvents = readWord(body['stream_format'], ['audio', 'sse'], 'stream_format') === 'sse';
  const speed = readSpeed(body['speed']);
  const characters = [...input].length;
  const outputTokensMax = Math.ceil((characters * TOKENS_PER_CHARACTER_MAX) / Math.min(speed, 1)) + TOKENS_MAX_MIN;
  return {
    ...{ dialect: 'openai', capability: 'speech', model, body, isStream: true, wantsUsage: false, choices: 1 },
    // No token is shorter than a byte, and nothing lowers what a text takes to be spoken.
    ...{ inputTokensMax: bodyBytes, outputTokensMax, outputTokensFloor: outputTokensMax },
    priceKinds: CONSUMED,
    excludedKinds: ['audioInputPerMillion', 'imageInputPerMillion', 'imageOutputPerMillion'],
    ...{ hostedTools: [], serviceTier: readServiceTier(body['service_tier']) },
    keepAlive: isEvents ? OPENAI_KEEP_ALIVE : NO_KEEP_ALIVE,
    readInputText: () => input,
    media: {
      piecesMax: { characters },
      consumes: CONSUMED,
      soldBy: ['perMillionCharacters', 'perRequest'],
      count: () => count(input, (characters * TOKENS_PER_CHARACTER_USUAL) / speed),
    },
    openExchange: (terms) => openExchange({ body, format, isEvents }, terms),
  };
}

interface AskedSpeech {
  readonly body: JsonObject;
  readonly format: string;
  readonly isEvents: boolean;
}

function openExchange({ body, format, isEvents }: AskedSpeech, terms: ExchangeTerms): Exchange {
  const { adapter, upstreamModel, textCharactersMax } = terms;
  const wire = needWire(adapter, 'speech');
  if (!isEvents) return new SpeechExchange({ body, wire, upstreamModel, format });
  const asked = { isStream: true, choices: 1, renderFailure: renderOpenAiStreamError };
  return new MediaExchange({ body, wire, upstreamModel, textCharactersMax, ...asked });
}

/** A voice of one's own is kept at the provider under our name: it may be another customer's. */
function assertVoice(voice: unknown): void {
  if (typeof voice !== 'object' || voice === null) return void readText(voice, 'voice');
  const message = 'voice.id: voices kept at a provider are not offered.';
  throw new DomainError('not_implemented', 'voice.id', { param: 'voice.id', message });
}

function readSpeed(value: unknown): number {
  const speed = readNumber(value, 'speed') ?? 1;
  if (speed < SPEED_MIN || speed > SPEED_MAX)
    throw invalid('speed', `must be a number from ${SPEED_MIN} to ${SPEED_MAX}`);
  return speed;
}

async function count(input: string, audioOutputTokens: number): Promise<CountedMedia> {
  const inputTokens = await CountedText.of(input).countTokens();
  return {
    pieces: { characters: [...input].length },
    tokens: { inputTokens, audioOutputTokens: Math.ceil(audioOutputTokens) },
  };
}
