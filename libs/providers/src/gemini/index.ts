import type { ProviderAdapter } from '../provider-adapter.js';
import { amendRequest } from './amend-request.js';
import { GEMINI_EMBEDDINGS } from './embeddings.js';
import { endpointOf } from './endpoint.js';
import { readFailure } from './errors.js';
import { writeRequest } from './request.js';
import { readAnswer, readPassing } from './response.js';
import { GenerateScanner } from './scanner.js';
import { GenerateReader } from './stream.js';

/** A picture comes whole in one event, as base64. */
const PICTURE_EVENT_BYTES_MAX = 33_554_432;

/** Google's Gemini API. */
export const GEMINI_ADAPTER: ProviderAdapter = {
  name: 'gemini',
  headers: (secret) => ({ 'x-goog-api-key': secret }),
  wires: [
    {
      format: 'gemini-generate',
      refusesEmptyText: true,
      eventBytesMax: PICTURE_EVENT_BYTES_MAX,
      endpoint: endpointOf,
      passThrough: { amendRequest, readAnswer: readPassing, openScanner: (terms) => new GenerateScanner(terms) },
      conversion: { writeRequest, readAnswer, openReader: () => new GenerateReader() },
    },
  ],
  embeddings: GEMINI_EMBEDDINGS,
  readFailure,
};
