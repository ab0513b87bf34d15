import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import { authenticate } from '../openai-chat/protocol.js';
import type { Protocol } from '../protocol.js';
import { handleResponses } from './handle-responses.js';

/** OpenAI's Responses. */
export const OPENAI_RESPONSES: Protocol = {
  routes: [{ method: 'POST', path: /^\/v1\/responses(\?|$)/, handle: handleResponses }],
  errors: OPENAI_ERROR_FORM,
  authenticate,
};
