import type { ProviderAdapter } from '../provider-adapter.js';
import { amendRequest } from './amend-request.js';
import { MESSAGES_ENDPOINT } from './endpoint.js';
import { readFailure } from './errors.js';
import { writeRequest } from './request.js';
import { readAnswer, readPassing } from './response.js';
import { MessagesScanner } from './scanner.js';
import { MessagesReader } from './stream.js';

/** Anthropic, and whoever speaks its Messages. */
export const ANTHROPIC_ADAPTER: ProviderAdapter = {
  name: 'anthropic',
  headers: (secret) => ({ 'x-api-key': secret }),
  wires: [
    {
      format: 'anthropic-messages',
      refusesEmptyText: true,
      endpoint: () => MESSAGES_ENDPOINT,
      passThrough: { amendRequest, readAnswer: readPassing, openScanner: () => new MessagesScanner() },
      conversion: { writeRequest, readAnswer, openReader: () => new MessagesReader() },
    },
  ],
  readFailure,
};
