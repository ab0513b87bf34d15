import type { JsonObject } from '../provider.js';
import type { TextWire } from '../text-wire.js';
import { amendRequest } from './amend-request.js';
import { RESPONSES_ENDPOINT } from './endpoint.js';
import { readPassing } from './passing.js';
import { writeRequest } from './request.js';
import { readAnswer } from './response.js';
import { ResponsesScanner } from './scanner.js';
import { ResponsesReader } from './stream.js';

/** OpenAI's Responses. */
export const RESPONSES_WIRE: TextWire = {
  format: 'openai-responses',
  takesCustomTools: true,
  endpoint: () => RESPONSES_ENDPOINT,
  passThrough: { amendRequest, readAnswer: readPassing, openScanner: () => new ResponsesScanner() },
  conversion: { writeRequest, readAnswer, openReader: () => new ResponsesReader() },
};

/** The same at OpenAI itself, where a request without a tier gets the one of the project's settings: the standard one is asked for by its name. */
export const STANDARD_TIER_RESPONSES_WIRE: TextWire = {
  ...RESPONSES_WIRE,
  passThrough: {
    ...RESPONSES_WIRE.passThrough,
    amendRequest: (body, terms) => withStandardTier(amendRequest(body, terms)),
  },
  conversion: {
    ...RESPONSES_WIRE.conversion,
    writeRequest: (call, terms) => withStandardTier(writeRequest(call, terms)),
  },
};

function withStandardTier(request: JsonObject): JsonObject {
  return { ...request, service_tier: request['service_tier'] ?? 'default' };
}
