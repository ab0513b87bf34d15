import type { CanonicalCall, DroppedFields } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import { writeConversation } from './contents.js';
import { toGeminiSchema } from './json-schema.js';
import { type ModelTraits, traitsOf } from './model-traits.js';
import { writeReasoning } from './reasoning.js';
import { writeTools } from './tools.js';

const STOPS_MAX = 5;

/** Writes a call as a body of `generateContent`; model and verb are in its path. */
export function writeRequest(call: CanonicalCall, terms: WriteTerms): JsonObject {
  const { dropped, upstreamModel } = terms;
  const traits = traitsOf(upstreamModel);
  if (call.sampling.logitBias) dropped.refuse('logit_bias');
  dropHints(call, dropped);
  const limit = terms.outputTokensMax ?? call.output.tokensMax;
  const { choices } = call.output;
  const config = {
    ...(limit !== undefined && { maxOutputTokens: limit }),
    ...(choices > 1 && { candidateCount: choices }),
    ...writeSampling(call, traits, dropped),
    ...writeFormat(call, traits, dropped),
    ...writeModalities(call, dropped),
    ...writeLogprobs(call),
    ...writeReasoning(call, traits, { dropped, outputTokensMax: limit }),
  };
  return {
    ...writeConversation(call, { traits, dropped }),
    ...writeTools(call, dropped),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  };
}

function dropHints({ output, attribution }: CanonicalCall, dropped: DroppedFields): void {
  dropped.dropIfSet('verbosity', output.verbosity);
  dropped.dropIfSet('metadata', attribution.metadata);
  dropped.dropIfSet('user', attribution.userId);
  dropped.dropIfSet('service_tier', attribution.serviceTier);
}

function writeSampling({ sampling }: CanonicalCall, traits: ModelTraits, dropped: DroppedFields): JsonObject {
  const { temperature, topP, topK, seed, stopSequences = [] } = sampling;
  if (stopSequences.length > STOPS_MAX) dropped.refuse('stop_sequences');
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
    ...(stopSequences.length > 0 && { stopSequences }),
    ...writePenalties({ sampling }, traits, dropped),
  };
}

/** Penalties of nothing are none; others are taken by older models only. */
function writePenalties(
  { sampling: { presencePenalty, frequencyPenalty } }: Pick<CanonicalCall, 'sampling'>,
  { takesPenalties }: ModelTraits,
  dropped: DroppedFields,
): JsonObject {
  if (!takesPenalties) {
    dropped.dropIfSet('presence_penalty', presencePenalty || undefined);
    dropped.dropIfSet('frequency_penalty', frequencyPenalty || undefined);
    return {};
  }
  return { ...(presencePenalty && { presencePenalty }), ...(frequencyPenalty && { frequencyPenalty }) };
}

/** Beside tools only models of the third generation answer in a given form. */
function writeFormat(
  { output: { format }, tools }: CanonicalCall,
  { isThirdGeneration }: ModelTraits,
  dropped: DroppedFields,
): JsonObject {
  if (format === undefined || format.kind === 'text') return {};
  if (tools.length > 0 && !isThirdGeneration) dropped.refuse('response_format');
  const responseMimeType = 'application/json';
  if (format.kind === 'json') return { responseMimeType };
  return { responseMimeType, responseJsonSchema: toGeminiSchema(format.schema) };
}

/** Sound needs a voice, which each provider names its own way. */
function writeModalities({ output: { modalities } }: CanonicalCall, dropped: DroppedFields): JsonObject {
  if (modalities.includes('audio')) dropped.refuse('modalities');
  return modalities.includes('image')
    ? { responseModalities: modalities.map((modality) => modality.toUpperCase()) }
    : {};
}

function writeLogprobs({ output: { logprobs } }: CanonicalCall): JsonObject {
  if (!logprobs) return {};
  return { responseLogprobs: true, ...(logprobs.alternatives > 0 && { logprobs: logprobs.alternatives }) };
}
