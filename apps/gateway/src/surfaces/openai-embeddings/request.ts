import type { JsonObject } from '@tokenbay/providers';
import { type EmbeddingsCall, openEmbeddingsExchange } from '../../relay/exchange/embeddings-exchange.js';
import { INPUT_ONLY } from '../../relay/exchange/whole-exchange.js';
import { invalid, needText, readNumber, readText, readWord } from '../body-reader.js';
import { renderAnswer } from './answer.js';
import { toEncoding } from './to-encoding.js';

/** As many inputs as OpenAI takes in one request. */
const INPUTS_MAX = 2_048;
/** What is carried over to other formats; anything else is left out there by name. */
const KNOWN_FIELDS = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);
const DIMENSIONS_MAX = 1_048_576;
/** What models put around each text: markers of its beginning and end, and the instruction that belongs to a task. */
const ADDED_TOKENS = 32;

/** Understands a body of `POST /v1/embeddings`. Throws `invalid_request` naming the field. */
export function readEmbeddingsCall(body: JsonObject, bodyBytes: number): EmbeddingsCall {
  const model = needText(body['model'], 'model');
  // Some read these in place of the input, with pictures that nobody has counted.
  if ((body['messages'] ?? null) !== null) throw invalid('messages', 'is not offered here: say input');
  const inputs = readInputs(body['input']);
  const encoding = readWord(body['encoding_format'], ['float', 'base64'], 'encoding_format') ?? 'float';
  const dimensions = readDimensions(body['dimensions']);
  const userId = readText(body['user'], 'user');
  const call: EmbeddingsCall = {
    ...INPUT_ONLY,
    ...{ dialect: 'openai', capability: 'embeddings', model, body },
    texts: inputs.length,
    // A token of text stands for at least one byte of the body, and each number among tokens takes two.
    inputTokensMax: bodyBytes + inputs.length * ADDED_TOKENS,
    readInputText: () => inputs.map(textOf).join('\n'),
    addedTokens: inputs.reduce((sum: number, input) => sum + (typeof input === 'string' ? 0 : input.length), 0),
    ...{ format: 'openai-embeddings', isSingle: false },
    readCanonical: (dropped) => {
      for (const field of Object.keys(body)) if (!KNOWN_FIELDS.has(field)) dropped.drop(field);
      return { inputs, ...(dimensions !== undefined && { dimensions }), ...(userId !== undefined && { userId }) };
    },
    renderAnswer: (answer) => renderAnswer(answer, { model, encoding }),
    amendAnswer: (answer) => toEncoding(answer, encoding),
    openExchange: (terms) => openEmbeddingsExchange(call, terms),
  };
  return call;
}

/** A text, or its tokens. */
type EmbeddingInput = string | readonly number[];

/** One text or list of tokens, or a list of either. */
function readInputs(input: unknown): readonly EmbeddingInput[] {
  if (input === undefined || input === null) throw invalid('input', 'is required');
  if (typeof input === 'string') return [readInput(input, 'input')];
  if (!Array.isArray(input)) throw invalid('input', 'must be a string, an array of strings, or an array of tokens');
  if (input.length === 0) throw invalid('input', 'must not be empty');
  if (typeof input[0] === 'number') return [readInput(input, 'input')];
  if (input.length > INPUTS_MAX) throw invalid('input', `must hold at most ${INPUTS_MAX} inputs`);
  const inputs = input.map((item, index) => readInput(item, `input[${index}]`));
  if (inputs.some((item) => typeof item !== typeof inputs[0]))
    throw invalid('input', 'must be texts or tokens, not both');
  return inputs;
}

function readInput(input: unknown, param: string): EmbeddingInput {
  const isTokens = Array.isArray(input) && input.every((token) => Number.isSafeInteger(token) && Number(token) >= 0);
  if (typeof input !== 'string' && !isTokens) throw invalid(param, 'must be a string or an array of tokens');
  if (input.length === 0) throw invalid(param, 'must not be empty');
  return input as EmbeddingInput;
}

function textOf(input: EmbeddingInput): string {
  return typeof input === 'string' ? input : '';
}

function readDimensions(value: unknown): number | undefined {
  const dimensions = readNumber(value, 'dimensions');
  if (dimensions === undefined) return undefined;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX)
    throw invalid('dimensions', 'must be a whole number from 1 up');
  return dimensions;
}
