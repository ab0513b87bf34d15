import type { DroppedFields } from '@tokenbay/protocol';
import type { JsonObject, UpstreamFailure, UsageReading } from './provider.js';
import type { WholeWire } from './whole-wire.js';

/** The formats in which vectors are asked for and answered. */
export type EmbeddingsFormat = 'openai-embeddings' | 'gemini-embeddings';

/**
 * Vectors of texts, in the format that one provider speaks: how a body of that very format passes through, and how any other call is written
 * and its answer read. Pure.
 */
export interface EmbeddingsWire {
  readonly format: EmbeddingsFormat;
  /** For lists of inputs. */
  readonly batch: WholeWire;
  /** For one input by itself, where the format has an interface of its own for that (Gemini's `embedContent`). */
  readonly single?: WholeWire;
  /** A body that asks for the call, as `batch` takes it. What it cannot say goes to `dropped`, which throws where it would change the answer. */
  writeRequest(
    call: EmbeddingCall,
    terms: { readonly upstreamModel: string; readonly dropped: DroppedFields },
  ): JsonObject;
  /** Reads an answer of `batch`, or the failure that it is; undefined where it is neither. */
  readVectors(body: JsonObject): EmbeddingAnswer | UpstreamFailure | undefined;
}

/** One request for vectors, as every format can say it. */
export interface EmbeddingCall {
  /** Texts, or their tokens, of which one vector each is wanted. */
  readonly inputs: readonly (string | readonly number[])[];
  /** OpenAI's `dimensions`, Gemini's `outputDimensionality`. */
  readonly dimensions?: number;
  /** Gemini's alone, by its own words: what the vectors are for. A hint. */
  readonly taskType?: string;
  /** Gemini's alone: what the documents are called. A hint. */
  readonly title?: string;
  /** OpenAI's `user`. */
  readonly userId?: string;
}

/** One vector for each input, in their order. */
export interface EmbeddingAnswer {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: UsageReading | undefined;
}
