import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import type { AnswerReading, JsonObject } from '../provider.js';
import type { ProviderAdapter } from '../provider-adapter.js';
import type { WholeWire } from '../whole-wire.js';
import { createEmbeddingsWire } from './embeddings.js';
import type { OpenAiDialect } from './endpoint.js';
import { type InputUsageWire, readInputUsage } from './input-usage.js';
import { arrayOf } from './wire.js';

/** What a provider of this format offers beside chats, as far as its row says so. */
export function createWholeWires(
  dialect: OpenAiDialect,
): Pick<ProviderAdapter, 'embeddings' | 'moderations' | 'rerank'> {
  const { embeddings, moderations, rerank } = dialect.paths;
  return {
    ...(embeddings !== undefined && {
      embeddings: createEmbeddingsWire(createWire(embeddings, 'data', (body) => askNumbers(body, dialect))),
    }),
    ...(moderations !== undefined && { moderations: createWire(moderations, 'results') }),
    ...(rerank !== undefined && { rerank: createWire(rerank, 'results') }),
  };
}

/** What is read of an answer, whichever it is. */
interface WholeAnswerWire extends InputUsageWire {
  readonly error?: ErrorWire | null;
  readonly data?: readonly unknown[] | null;
  readonly results?: readonly unknown[] | null;
}

/** `list` holds the answer proper. */
function createWire(
  path: string,
  list: 'data' | 'results',
  amend: (body: JsonObject) => JsonObject = (body) => body,
): WholeWire {
  return {
    endpoint: () => ({ path }),
    amendRequest: (body, upstreamModel) => ({ ...amend(body), model: upstreamModel }),
    readAnswer: (body) => readWhole(body, list),
  };
}

function readWhole(wire: WholeAnswerWire, list: 'data' | 'results'): AnswerReading | undefined {
  if (wire.error) return { text: '', usage: undefined, failure: readErrorBody(wire.error) };
  if (!arrayOf(wire[list])) return undefined;
  return { text: '', usage: readInputUsage(wire), failure: undefined };
}

function askNumbers(body: JsonObject, { hasNumbersOnly = false }: OpenAiDialect): JsonObject {
  if (!hasNumbersOnly || body['encoding_format'] !== 'base64') return body;
  const { encoding_format: _unknown, ...rest } = body;
  return rest;
}
