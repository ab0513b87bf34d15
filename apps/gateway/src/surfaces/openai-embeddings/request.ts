import type { JsonObject } from '@tokenbay/providers';
import type { Call } from '../../relay/call.js';
import { INPUT_ONLY, needWire, WholeExchange } from '../../relay/exchange/whole-exchange.js';
import { invalid, needText, readNumber, readWord } from '../body-reader.js';
import { toEncoding } from './to-encoding.js';

/** As many inputs as OpenAI takes in one request. */
const INPUTS_MAX = 2_048;
const DIMENSIONS_MAX = 1_048_576;
/** What models put around each text: markers of its beginning and end, and the instruction that belongs to a task. */
const ADDED_TOKENS = 32;

/** Understands a body of `POST /v1/embeddings`. Throws `invalid_request` naming the field. */
export function readEmbeddingsCall(body: JsonObject, bodyBytes: number): Call {
  const model = needText(body['model'], 'model');
  const inputs = readInputs(body['input']);
  const encoding = readWord(body['encoding_format'], ['float', 'base64'], 'encoding_format') ?? 'float';
  assertDimensions(body['dimensions']);
  return {
    ...INPUT_ONLY,
    ...{ dialect: 'openai', capability: 'embeddings', model, body },
    texts: inputs.length,
    // A token of text stands for at least one byte of the body, and each number among tokens takes two.
    inputTokensMax: bodyBytes + inputs.length * ADDED_TOKENS,
    readInputText: () => inputs.map(textOf).join('\n'),
    addedTokens: inputs.reduce((sum: number, input) => sum + (typeof input === 'string' ? 0 : input.length), 0),
    openExchange: ({ adapter, upstreamModel }) =>
      new WholeExchange({
        ...{ body, upstreamModel, wire: needWire(adapter, 'embeddings') },
        amendAnswer: (answer) => toEncoding(answer, encoding),
      }),
  };
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

function assertDimensions(value: unknown): void {
  const dimensions = readNumber(value, 'dimensions');
  if (dimensions === undefined) return;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX)
    throw invalid('dimensions', 'must be a whole number from 1 up');
}
