export { renderStreamError as renderOpenAiStreamError } from './openai-chat/error.js';

/** What keeps a silent stream of OpenAI's dialect alive: a comment, which clients skip. */
export const OPENAI_KEEP_ALIVE = Buffer.from(': keep-alive\n\n');
