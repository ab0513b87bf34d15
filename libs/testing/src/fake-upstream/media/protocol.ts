import { OPENAI } from '../openai-chat/protocol.js';
import type { Protocol } from '../protocol.js';
import { handleSpeech } from './speech.js';
import { handleTranscription, handleTranslation } from './transcripts.js';
import { handleEdit, handleGeneration } from './images.js';

/** What OpenAI and providers of its format offer of pictures and sound. */
export const MEDIA: Protocol = {
  ...OPENAI,
  routes: [
    { method: 'POST', path: /^\/v1\/images\/generations(\?|$)/, handle: handleGeneration },
    { method: 'POST', path: /^\/v1\/images\/edits(\?|$)/, handle: handleEdit },
    { method: 'POST', path: /^\/v1\/audio\/speech(\?|$)/, handle: handleSpeech },
    { method: 'POST', path: /^\/v1\/audio\/transcriptions(\?|$)/, handle: handleTranscription },
    { method: 'POST', path: /^\/v1\/audio\/translations(\?|$)/, handle: handleTranslation },
  ],
};
