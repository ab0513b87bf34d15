import { isSaneUsage, NO_USAGE } from '@tokenbay/protocol';
import type { EmbeddingAnswer, EmbeddingCall, EmbeddingsWire } from '../embeddings-wire.js';
import type { JsonObject, UsageReading } from '../provider.js';
import type { WholeWire } from '../whole-wire.js';
import { endpointOfVerb, modelNameOf } from './endpoint.js';

/** As many as one batch takes. */
const BATCH_MAX = 100;

/** Gemini's embeddings: `embedContent` for one content, `batchEmbedContents` for a list. */
export const GEMINI_EMBEDDINGS: EmbeddingsWire = {
  format: 'gemini-embeddings',
  batch: createWire('batchEmbedContents', (body, model) => ({
    ...body,
    requests: (body['requests'] as JsonObject[]).map((request) => ({ ...request, model })),
  })),
  single: createWire('embedContent', (body, model) => ('model' in body ? { ...body, model } : body)),
  writeRequest,
  readVectors,
};

/** `embeddings` of a batch, `embedding` of one content. */
interface EmbeddingsAnswerWire {
  readonly embeddings?: readonly ({ readonly values?: unknown } | null)[] | null;
  readonly embedding?: unknown;
  readonly usageMetadata?: { readonly promptTokenCount?: unknown } | null;
}

function createWire(verb: string, amend: (body: JsonObject, model: string) => JsonObject): WholeWire {
  return {
    endpoint: ({ upstreamModel }) => endpointOfVerb(upstreamModel, verb),
    amendRequest: (body, upstreamModel) => amend(body, modelNameOf(upstreamModel)),
    readAnswer: (wire: EmbeddingsAnswerWire) => {
      if (!Array.isArray(wire.embeddings) && !wire.embedding) return undefined;
      return { text: '', usage: readUsage(wire), failure: undefined };
    },
  };
}

function writeRequest(
  { inputs, dimensions, taskType, title, userId }: EmbeddingCall,
  { upstreamModel, dropped }: Parameters<EmbeddingsWire['writeRequest']>[1],
): JsonObject {
  dropped.dropIfSet('user', userId);
  if (inputs.length > BATCH_MAX) dropped.refuse('input');
  const wanted = {
    model: modelNameOf(upstreamModel),
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    ...(taskType !== undefined && { taskType }),
    ...(title !== undefined && { title }),
  };
  return {
    requests: inputs.map((input) => {
      // Tokens are another tokenizer's.
      if (typeof input !== 'string') return dropped.refuse('input');
      return { ...wanted, content: { parts: [{ text: input }] } };
    }),
  };
}

function readVectors(wire: EmbeddingsAnswerWire): EmbeddingAnswer | undefined {
  if (!Array.isArray(wire.embeddings)) return undefined;
  const embeddings: NonNullable<EmbeddingsAnswerWire['embeddings']> = wire.embeddings;
  const vectors = embeddings.map((embedding) => embedding?.values);
  return vectors.every(isVector) ? { vectors, usage: readUsage(wire) } : undefined;
}

function isVector(values: unknown): values is readonly number[] {
  return Array.isArray(values);
}

/** Reported by the newer models alone. */
function readUsage({ usageMetadata }: EmbeddingsAnswerWire): UsageReading | undefined {
  const tokens = usageMetadata?.promptTokenCount;
  if (typeof tokens !== 'number') return undefined;
  const usage = { ...NO_USAGE, inputTokens: tokens };
  if (isSaneUsage(usage)) return { usage, isSuspect: false };
  const inputTokens = tokens > 0 ? Math.min(Math.ceil(tokens), Number.MAX_SAFE_INTEGER) : 0;
  return { usage: { ...NO_USAGE, inputTokens }, isSuspect: true };
}
