import type { EmbeddingAnswer, JsonObject } from '@tokenbay/providers';

/** The body of an answer to `embedContent`. */
export function renderSingle({ vectors: [values = []], usage }: EmbeddingAnswer): JsonObject {
  return { embedding: { values }, ...renderUsage(usage) };
}

/** The body of an answer to `batchEmbedContents`. */
export function renderBatch({ vectors, usage }: EmbeddingAnswer): JsonObject {
  return { embeddings: vectors.map((values) => ({ values })), ...renderUsage(usage) };
}

/** Told where it was reported. */
function renderUsage(usage: EmbeddingAnswer['usage']): JsonObject {
  return usage ? { usageMetadata: { promptTokenCount: usage.usage.inputTokens } } : {};
}
