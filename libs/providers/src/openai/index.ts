import type { ProviderAdapter } from '../provider-adapter.js';
import type { TextWire } from '../text-wire.js';
import { CHAT_ENDPOINT, type OpenAiDialect } from './endpoint.js';
import { readFailure } from './errors.js';
import { amendRequest } from './request.js';
import { readAnswer } from './response.js';
import { ChatScanner } from './stream.js';

/** The adapter of a provider that speaks OpenAI's Chat Completions. */
export function createOpenAiAdapter(dialect: OpenAiDialect): ProviderAdapter {
  return {
    name: dialect.name,
    headers: (secret) => ({ authorization: `Bearer ${secret}` }),
    wires: [createChatWire(dialect)],
    readFailure,
  };
}

function createChatWire(dialect: OpenAiDialect): TextWire {
  return {
    format: 'openai-chat',
    endpoint: () => CHAT_ENDPOINT,
    passThrough: {
      amendRequest: (body, terms) => amendRequest(body, terms, dialect),
      readAnswer,
      openScanner: (terms) => new ChatScanner(terms),
    },
  };
}
