import { createHash } from 'node:crypto';
import { countInput, type Interface, refusal, refuseUnknown } from './answer-with.js';

const FIELDS = ['model', 'input', 'dimensions', 'encoding_format', 'user'];
const DIMENSIONS = 8;
const INPUTS_MAX = 2_048;

/** `POST /v1/embeddings`: vectors that are the same for the same text, of numbers that a float of 32 bits holds exactly. */
export const embed: Interface = {
  refuse(body) {
    const unknown = refuseUnknown(body, FIELDS);
    if (unknown) return unknown;
    const { input, dimensions, encoding_format: encoding } = body;
    if (encoding != null && encoding !== 'float' && encoding !== 'base64')
      return refusal(`'${String(encoding)}' is not one of ['float', 'base64'] - 'encoding_format'`, 'encoding_format');
    if (dimensions != null && !(Number.isInteger(dimensions) && Number(dimensions) > 0))
      return refusal("Invalid 'dimensions': must be at least 1.", 'dimensions');
    return isInput(input) ? null : refusal("'$.input' is invalid. Please check the API reference.", 'input');
  },
  answer(body, behaviour) {
    const inputs = inputsOf(body['input']);
    const asNumbers = body['encoding_format'] !== 'base64' || behaviour.has('numbers-only');
    const dimensions = Number(body['dimensions'] ?? DIMENSIONS);
    const data = inputs.map((input, index) => {
      const vector = vectorOf(JSON.stringify(input), dimensions);
      return { object: 'embedding', index, embedding: asNumbers ? [...vector] : toBase64(vector) };
    });
    const tokens = countInput(
      inputs.map((input) => (typeof input === 'string' ? input : '1234'.repeat(input.length))),
      behaviour,
    );
    const usage = tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens };
    const answer = { object: 'list', data, model: body['model'], ...(usage && { usage }) };
    return { body: answer, ...(usage && { usage }) };
  },
};

type Input = string | number[];

function isInput(input: unknown): boolean {
  if (!Array.isArray(input)) return typeof input === 'string' && input !== '';
  if (input.length === 0 || input.length > INPUTS_MAX) return false;
  return isTokens(input) || input.every((item) => (typeof item === 'string' ? item !== '' : isTokens(item)));
}

function isTokens(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token));
}

function inputsOf(input: unknown): Input[] {
  return typeof input === 'string' || isTokens(input) ? [input as Input] : (input as Input[]);
}

/** The vector of a text: the same for the same text, of numbers that a float of 32 bits holds exactly. */
export function vectorOf(text: string, dimensions: number): Float32Array {
  const digest = createHash('sha256').update(text).digest();
  return Float32Array.from({ length: dimensions }, (_, index) => digest[index % digest.length]! / 256 - 0.5);
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
