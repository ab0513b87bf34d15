import type { EmbeddingAnswer, EmbeddingCall, EmbeddingsWire } from '../embeddings-wire.js';
import type { JsonObject, UpstreamFailure } from '../provider.js';
import type { WholeWire } from '../whole-wire.js';
import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import { type InputUsageWire, readInputUsage } from './input-usage.js';
import { arrayOf } from './wire.js';

/** OpenAI's embeddings, whose bodies pass by the wire that is given. */
export function createEmbeddingsWire(batch: WholeWire): EmbeddingsWire {
  return { format: 'openai-embeddings', batch, writeRequest, readVectors };
}

function writeRequest(
  { inputs, dimensions, taskType, title, userId }: EmbeddingCall,
  { upstreamModel, dropped }: Parameters<EmbeddingsWire['writeRequest']>[1],
): JsonObject {
  dropped.dropIfSet('taskType', taskType);
  dropped.dropIfSet('title', title);
  return {
    ...{ model: upstreamModel, input: inputs, encoding_format: 'float' },
    ...(dimensions !== undefined && { dimensions }),
    ...(userId !== undefined && { user: userId }),
  };
}

interface EmbeddingsAnswerWire extends InputUsageWire {
  readonly error?: ErrorWire | null;
  readonly data?: readonly { readonly index?: unknown; readonly embedding?: unknown }[] | null;
}

function readVectors(wire: EmbeddingsAnswerWire): EmbeddingAnswer | UpstreamFailure | undefined {
  if (wire.error) return readErrorBody(wire.error);
  const data = arrayOf(wire.data);
  if (!data) return undefined;
  const vectors: (readonly number[])[] = [];
  for (const [place, item] of data.entries()) {
    if (!Array.isArray(item?.embedding)) return undefined;
    vectors[typeof item.index === 'number' ? item.index : place] = item.embedding as number[];
  }
  return { vectors, usage: readInputUsage(wire) };
}
