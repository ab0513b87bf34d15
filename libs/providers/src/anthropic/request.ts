import type { CanonicalCall, DroppedFields, OutputFormat } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import { closeObjects } from './close-objects.js';
import { cacheControl, writeConversation } from './messages.js';
import { type ModelTraits, traitsOf } from './model-traits.js';
import { writeReasoning } from './reasoning.js';
import { writeTools } from './tools.js';

/** Every current model takes this much; sent where neither client nor model state a limit, which Messages demands. */
const OUTPUT_TOKENS_DEFAULT = 32_000;
const TEMPERATURE_MAX = 1;
const JSON_ONLY = 'Answer with one JSON object and nothing else.';

/** Writes a call as a body of `POST /v1/messages`. */
export function writeRequest(call: CanonicalCall, terms: WriteTerms): JsonObject {
  const { dropped, upstreamModel, isStream } = terms;
  refuseDemands(call, dropped);
  dropHints(call, dropped);
  const traits = traitsOf(upstreamModel);
  const limit =
    terms.outputTokensMax ?? call.output.tokensMax ?? Math.min(terms.outputTokensHeld, OUTPUT_TOKENS_DEFAULT);
  const { thinking, effort } = writeReasoning(call, traits, { dropped, outputTokensMax: limit });
  const { system, messages } = writeConversation(call, dropped);
  if (call.output.format?.kind === 'json') system.push({ type: 'text', text: JSON_ONLY });
  const outputConfig = { ...(effort !== undefined && { effort }), ...writeFormat(call.output.format) };
  const { stopSequences } = call.sampling;
  const { userId } = call.attribution;
  return {
    model: upstreamModel,
    max_tokens: limit,
    ...(system.length > 0 && { system }),
    messages,
    ...writeTools(call, dropped),
    ...(thinking && { thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...writeSampling(call, { traits, isThinking: thinking !== undefined, dropped }),
    ...(stopSequences && stopSequences.length > 0 && { stop_sequences: stopSequences }),
    ...(userId !== undefined && { metadata: { user_id: userId } }),
    ...cacheControl(call.caching.automatic),
    ...(isStream && { stream: true }),
  };
}

function refuseDemands({ output, sampling }: CanonicalCall, dropped: DroppedFields): void {
  if (output.choices > 1) dropped.refuse('n');
  if (output.logprobs) dropped.refuse('logprobs');
  if (output.modalities.some((modality) => modality !== 'text')) dropped.refuse('modalities');
  if (sampling.logitBias) dropped.refuse('logit_bias');
}

function dropHints({ output, sampling, attribution, safety }: CanonicalCall, dropped: DroppedFields): void {
  dropped.dropIfSet('seed', sampling.seed);
  dropped.dropIfSet('presence_penalty', sampling.presencePenalty || undefined);
  dropped.dropIfSet('frequency_penalty', sampling.frequencyPenalty || undefined);
  dropped.dropIfSet('verbosity', output.verbosity);
  dropped.dropIfSet('metadata', attribution.metadata);
  dropped.dropIfSet('service_tier', attribution.serviceTier);
  if (safety.length > 0) dropped.drop('safety_settings');
}

interface SamplingTerms {
  readonly traits: ModelTraits;
  readonly isThinking: boolean;
  readonly dropped: DroppedFields;
}

/** Who thinks draws by its own rules, and so do the newest models: what they would refuse is left out. */
function writeSampling({ sampling }: CanonicalCall, { traits, isThinking, dropped }: SamplingTerms): JsonObject {
  const { temperature, topP, topK } = sampling;
  if (isThinking || !traits.takesSampling) {
    dropped.dropIfSet('temperature', temperature === 1 ? undefined : temperature);
    dropped.dropIfSet('top_p', topP === 1 ? undefined : topP);
    dropped.dropIfSet('top_k', topK);
    return {};
  }
  if (temperature !== undefined && topP !== undefined && traits.thinking === 'adaptive') dropped.drop('top_p');
  return {
    ...(temperature !== undefined && { temperature: Math.min(temperature, TEMPERATURE_MAX) }),
    ...(topP !== undefined && (temperature === undefined || traits.thinking === 'budget') && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  };
}

function writeFormat(format: OutputFormat | undefined): JsonObject {
  if (format?.kind !== 'json_schema') return {};
  return { format: { type: 'json_schema', schema: closeObjects(format.schema) } };
}
