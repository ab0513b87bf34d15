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
