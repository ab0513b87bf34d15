import type { EmbeddingAnswer, JsonObject } from '@tokenbay/providers';
import { toEncoding, type VectorEncoding } from './to-encoding.js';

/** The body of an answer whose vectors come from a provider of another format. Usage is told where it was reported. */
export function renderAnswer(
  { vectors, usage }: EmbeddingAnswer,
  { model, encoding }: { readonly model: string; readonly encoding: VectorEncoding },
): JsonObject {
  const tokens = usage?.usage.inputTokens;
  const answer: JsonObject = {
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model,
    ...(tokens !== undefined && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  };
  return toEncoding(answer, encoding) ?? answer;
}
