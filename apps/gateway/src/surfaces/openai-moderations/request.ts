import type { JsonObject } from '@tokenbay/providers';
import type { Call } from '../../relay/call.js';
import { INPUT_ONLY, needWire, WholeExchange } from '../../relay/exchange/whole-exchange.js';
import { invalid, needObject, needText, readText } from '../body-reader.js';
import { assertPublicAddress } from '../public-media.js';

const INPUTS_MAX = 2_048;
/** Models put markers around each text. */
const ADDED_TOKENS = 32;
/** About what a picture of ordinary size counts for; nobody reports it. */
const PICTURE_TOKENS = 1_600;

/** Understands a body of `POST /v1/moderations`. Throws `invalid_request` naming the field. */
export function readModerationsCall(body: JsonObject, bodyBytes: number): Call {
  // OpenAI has a model of its own where none is named; here a model is what is sold.
  const model = needText(body['model'], 'model');
  const { texts, pictures, count } = readInput(body['input']);
  return {
    ...INPUT_ONLY,
    ...{ dialect: 'openai', capability: 'moderation', model, body },
    texts: count,
    // A token of text stands for at least one byte of the body; pictures have no bound but the model's context.
    inputTokensMax: pictures > 0 ? null : bodyBytes + count * ADDED_TOKENS,
    readInputText: () => texts.join('\n'),
    addedTokens: pictures * PICTURE_TOKENS,
    openExchange: ({ adapter, upstreamModel }) =>
      new WholeExchange({ body, upstreamModel, wire: needWire(adapter, 'moderations') }),
  };
}

/** What is to be judged. Parts are judged together, texts of a list each by itself. */
interface ModeratedInput {
  readonly texts: readonly string[];
  readonly pictures: number;
  /** How many judgements are asked for. */
  readonly count: number;
}

function readInput(input: unknown): ModeratedInput {
  if (input === undefined || input === null) throw invalid('input', 'is required');
  if (typeof input === 'string') return { texts: [needWords(input, 'input')], pictures: 0, count: 1 };
  if (!Array.isArray(input)) throw invalid('input', 'must be a string, an array of strings, or an array of parts');
  if (input.length === 0) throw invalid('input', 'must not be empty');
  if (input.length > INPUTS_MAX) throw invalid('input', `must hold at most ${INPUTS_MAX} inputs`);
  if (typeof input[0] !== 'string') return readParts(input);
  const texts = input.map((item, index) => needWords(item, `input[${index}]`));
  return { texts, pictures: 0, count: texts.length };
}

function readParts(parts: readonly unknown[]): ModeratedInput {
  const texts: string[] = [];
  let pictures = 0;
  for (const [index, value] of parts.entries()) {
    const param = `input[${index}]`;
    const part = needObject(value, param);
    if (part['type'] === 'text') texts.push(needText(part['text'], `${param}.text`));
    else if (part['type'] === 'image_url') {
      const at = `${param}.image_url.url`;
      assertPublicAddress(needText(needObject(part['image_url'], `${param}.image_url`)['url'], at), at);
      pictures += 1;
    } else throw invalid(`${param}.type`, 'must be text or image_url');
  }
  return { texts, pictures, count: 1 };
}

function needWords(value: unknown, param: string): string {
  const text = readText(value, param);
  if (text === undefined || text === '') throw invalid(param, 'must not be empty');
  return text;
}
