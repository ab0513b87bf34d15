import type { CountedInput } from '../../relay/call.js';
import { readObject } from '../body-reader.js';
import type { GeminiAsk } from './gemini-ask.js';
import { readInputText, scanContents } from './scan-contents.js';

/** What Gemini counts for a picture of ordinary size, or a page of a document. */
const MEDIA_TOKENS = 258;

/**
 * Understands a body of `countTokens`: contents by themselves, or a whole request under `generateContentRequest`. Throws `invalid_request`
 * naming the field.
 */
export function readCountedInput({ model, body }: Pick<GeminiAsk, 'model' | 'body'>): CountedInput {
  const counted = readObject(body['generateContentRequest'], 'generateContentRequest') ?? body;
  const { mediaCount } = scanContents(counted);
  return {
    ...{ capability: 'text', model, addedTokens: mediaCount * MEDIA_TOKENS },
    readInputText: () => readInputText(counted),
  };
}
