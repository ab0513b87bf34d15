import type { ConversionWire } from '../text-wire.js';
import { writeRequest } from './request.js';
import { readAnswer } from './response.js';
import { MessagesReader } from './stream.js';

/** Any call, asked and answered in Anthropic's Messages. */
export const MESSAGES_CONVERSION: ConversionWire = {
  writeRequest,
  readAnswer,
  openReader: () => new MessagesReader(),
};
