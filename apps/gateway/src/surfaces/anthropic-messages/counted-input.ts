import type { JsonObject } from '@tokenbay/providers';
import type { CountedInput } from '../../relay/call.js';
import { needText } from '../body-reader.js';
import { readInputText, scanMessages } from './scan-messages.js';

/** About what Messages counts for a picture of ordinary size, and for a page of a document. */
const MEDIA_TOKENS = 1_600;

/** Understands a body of `POST /v1/messages/count_tokens`. Throws `invalid_request` naming the field. */
export function readCountedInput(body: JsonObject): CountedInput {
  const model = needText(body['model'], 'model');
  const { mediaCount } = scanMessages(body);
  return {
    ...{ capability: 'text', model, addedTokens: mediaCount * MEDIA_TOKENS },
    readInputText: () => readInputText(body),
  };
}
