import type { IncomingMessage } from 'node:http';
import { errorByCode, OPENAI_ERROR_FORM } from './errors.js';
import { handleChat } from './handle-chat.js';
import { handleModels } from './handle-models.js';
import type { Protocol, ProviderError } from '../protocol.js';

/** OpenAI's Chat Completions and models. */
export const OPENAI: Protocol = {
  routes: [
    { method: 'POST', path: /^\/v1\/chat\/completions(\?|$)/, handle: handleChat },
    { method: 'GET', path: /^\/v1\/models(\/[^/?]+)?(\?|$)/, handle: handleModels },
  ],
  errors: OPENAI_ERROR_FORM,
  authenticate,
};

/** What a request without a bearer key is refused with, or null. */
export function authenticate({ headers: { authorization } }: IncomingMessage): ProviderError | null {
  if (!authorization) return errorByCode('no_api_key');
  return /^Bearer \S+$/.test(authorization) ? null : errorByCode('invalid_api_key');
}
