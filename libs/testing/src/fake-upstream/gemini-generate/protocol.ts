import type { Protocol } from '../protocol.js';
import { GOOGLE_ERROR_FORM } from './errors.js';
import { handleEmbeddings } from './handle-embeddings.js';
import { handleCount, handleGenerate } from './handle-generate.js';
import { targetOf } from './shapes.js';

/** Google's Gemini API. */
export const GEMINI: Protocol = {
  routes: [
    {
      method: 'POST',
      path: /^\/v1(?:beta)?\/models\/[^/?]+:(?:generateContent|streamGenerateContent)(?:\?|$)/,
      handle: handleGenerate,
    },
    { method: 'POST', path: /^\/v1(?:beta)?\/models\/[^/?]+:countTokens(?:\?|$)/, handle: handleCount },
    {
      method: 'POST',
      path: /^\/v1(?:beta)?\/models\/[^/?]+:(?:embedContent|batchEmbedContents)(?:\?|$)/,
      handle: handleEmbeddings,
    },
  ],
  errors: GOOGLE_ERROR_FORM,
  modelOf: (path) => targetOf(path).model,
  authenticate({ headers, url = '' }) {
    if (headers['x-goog-api-key'] || /[?&]key=[^&]/.test(url)) return null;
    return GOOGLE_ERROR_FORM.byCode('api_key_missing');
  },
};
