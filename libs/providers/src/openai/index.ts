import type { ProviderAdapter } from '../provider-adapter.js';
import type { TextWire } from '../text-wire.js';
import { CHAT_ENDPOINT, type OpenAiDialect } from './endpoint.js';
import { translateError } from './error-quirks.js';
import { readFailure } from '../openai-errors.js';
import { amendRequest } from './amend-request.js';
import { readPassing } from './passing.js';
import { writeRequest } from './request.js';
import { readAnswer } from './response.js';
import { ChatScanner } from './scanner.js';
import { ChatReader } from './stream.js';
import { createMediaWires } from './media-wires.js';
import { createVideoWire } from './video.js';
import { createWholeWires } from './whole-wires.js';

/** The adapter of a provider that speaks OpenAI's Chat Completions, and what it offers beside. */
export function createOpenAiAdapter(dialect: OpenAiDialect): ProviderAdapter {
  return {
    name: dialect.name,
    headers: (secret) => ({ authorization: `Bearer ${secret}` }),
    wires: dialect.paths.chat === null ? [] : [createChatWire(dialect)],
    ...createWholeWires(dialect),
    ...createMediaWires(dialect),
    ...(dialect.hasVideos && { video: createVideoWire(dialect) }),
    readFailure: (status, body, retryAfterSeconds) =>
      readFailure(...translateError(status, body, dialect.errors), retryAfterSeconds),
  };
}

function createChatWire(dialect: OpenAiDialect): TextWire {
  const endpoint = { path: dialect.paths.chat ?? CHAT_ENDPOINT.path };
  return {
    format: 'openai-chat',
    takesCustomTools: dialect.knowsOpenAiFields,
    endpoint: () => endpoint,
    passThrough: {
      amendRequest: (body, terms) => amendRequest(body, terms, dialect),
      readAnswer: readPassing,
      openScanner: (terms) => new ChatScanner(terms),
    },
    conversion: {
      writeRequest: (call, terms) => writeRequest(call, terms, dialect),
      readAnswer,
      openReader: () => new ChatReader(),
    },
  };
}
