import type { ProviderAdapter } from '../provider.js';
import { CHAT_PATH, type OpenAiDialect } from './endpoint.js';
import { readFailure } from './errors.js';
import { toChatRequest } from './request.js';
import { readAnswer } from './response.js';
import { readEvent, withoutUsage } from './stream.js';

/** The adapter of a provider that speaks OpenAI's Chat Completions. */
export function createOpenAiAdapter(dialect: OpenAiDialect): ProviderAdapter {
  return {
    name: dialect.name,
    chatPath: CHAT_PATH,
    headers: (secret) => ({ authorization: `Bearer ${secret}` }),
    chatRequest: (body, changes) => toChatRequest(body, changes, dialect),
    readAnswer,
    readEvent,
    withoutUsage,
    readFailure,
  };
}
