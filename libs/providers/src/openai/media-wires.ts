import type { ProviderAdapter } from '../provider-adapter.js';
import type { OpenAiDialect } from './endpoint.js';
import { createImageWire } from './image-wires.js';
import { createSpeechWire } from './speech-wire.js';
import { createTranscriptionWire } from './transcription-wire.js';

type MediaWires = Pick<
  ProviderAdapter,
  'imageGeneration' | 'imageEditing' | 'speech' | 'transcription' | 'translation'
>;

/** What a provider of this format offers of pictures and sound, as far as its row says so. */
export function createMediaWires({ paths }: OpenAiDialect): MediaWires {
  const { imageGenerations, imageEdits, speech, transcriptions, translations } = paths;
  return {
    ...(imageGenerations !== undefined && { imageGeneration: createImageWire(imageGenerations) }),
    ...(imageEdits !== undefined && { imageEditing: createImageWire(imageEdits) }),
    ...(speech !== undefined && { speech: createSpeechWire(speech) }),
    ...(transcriptions !== undefined && { transcription: createTranscriptionWire(transcriptions) }),
    ...(translations !== undefined && { translation: createTranscriptionWire(translations) }),
  };
}
