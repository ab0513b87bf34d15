import type { CanonicalCall, DroppedFields, OutputFormat } from '@tokenbay/protocol';
import { chooseEffort } from '../openai-effort.js';
import { type ModelTraits, traitsOf } from '../openai-models.js';
import type { JsonObject } from '../provider.js';
import { isStrictSchema } from '../strict-schema.js';
import type { WriteTerms } from '../text-wire.js';
import { SEALED_REASONING } from './amend-request.js';
import { writeInput } from './input.js';
import { writeTools } from './tools.js';

const ID_LENGTH_MAX = 64;
const JSON_ONLY = 'Answer with one JSON object and nothing else.';

/** Writes a call as a body of `POST /v1/responses`. */
export function writeRequest(call: CanonicalCall, terms: WriteTerms): JsonObject {
  const { dropped, upstreamModel, isStream } = terms;
  const traits = traitsOf(upstreamModel);
  refuseDemands(call, dropped);
  dropHints(call, dropped);
  const limit = terms.outputTokensMax ?? call.output.tokensMax;
  const input = writeInput(call, dropped);
  if (call.output.format?.kind === 'json' && !/json/i.test(JSON.stringify(input)))
    input.push({ type: 'message', role: 'system', content: [{ type: 'input_text', text: JSON_ONLY }] });
  const include = includeOf(call, traits);
  return {
    model: upstreamModel,
    input,
    ...writeTools(call, dropped),
    ...(limit !== undefined && { max_output_tokens: limit }),
    ...writeText(call),
    ...writeReasoning(call, traits, dropped),
    ...writeSampling(call, traits, dropped),
    ...(call.output.logprobs && { top_logprobs: call.output.logprobs.alternatives }),
    ...writeAttribution(call, dropped),
    ...(include.length > 0 && { include }),
    store: false,
    ...(isStream && { stream: true }),
  };
}

function refuseDemands({ output, sampling }: CanonicalCall, dropped: DroppedFields): void {
  if (output.choices > 1) dropped.refuse('n');
  if (output.modalities.some((modality) => modality !== 'text')) dropped.refuse('modalities');
  if (sampling.logitBias) dropped.refuse('logit_bias');
  if (sampling.stopSequences && sampling.stopSequences.length > 0) dropped.refuse('stop_sequences');
}

function dropHints({ sampling, attribution, safety }: CanonicalCall, dropped: DroppedFields): void {
  dropped.dropIfSet('top_k', sampling.topK);
  dropped.dropIfSet('seed', sampling.seed);
  dropped.dropIfSet('presence_penalty', sampling.presencePenalty || undefined);
  dropped.dropIfSet('frequency_penalty', sampling.frequencyPenalty || undefined);
  // Kept only with stored answers, which there are none of.
  dropped.dropIfSet('metadata', attribution.metadata);
  dropped.dropIfSet('service_tier', attribution.serviceTier);
  if (safety.length > 0) dropped.drop('safety_settings');
}

function includeOf({ output }: CanonicalCall, { isReasoning }: ModelTraits): string[] {
  return [...(isReasoning ? [SEALED_REASONING] : []), ...(output.logprobs ? ['message.output_text.logprobs'] : [])];
}

/** Summaries are asked for only where the client did: some organisations are refused them. */
function writeReasoning(call: CanonicalCall, traits: ModelTraits, dropped: DroppedFields): JsonObject {
  const effort = chooseEffort(call, traits, dropped);
  const summary = call.reasoning?.mode === 'on' && traits.isReasoning ? call.reasoning.summary : undefined;
  const asked = {
    ...(effort !== undefined && { effort }),
    ...(summary !== undefined && summary !== 'omitted' && { summary }),
  };
  return Object.keys(asked).length > 0 ? { reasoning: asked } : {};
}

/** Who reasons always draws by its own rules: what it would refuse is left out. */
function writeSampling({ sampling }: CanonicalCall, { isReasoning }: ModelTraits, dropped: DroppedFields): JsonObject {
  const { temperature, topP } = sampling;
  if (isReasoning) {
    dropped.dropIfSet('temperature', temperature === 1 ? undefined : temperature);
    dropped.dropIfSet('top_p', topP === 1 ? undefined : topP);
    return {};
  }
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { top_p: topP }) };
}

function writeText({ output }: CanonicalCall): JsonObject {
  const format = writeFormat(output.format);
  const { verbosity } = output;
  if (!format && verbosity === undefined) return {};
  return { text: { ...(format && { format }), ...(verbosity !== undefined && { verbosity }) } };
}

/** A schema is obeyed to the letter where it can be; others are asked for as well as they can be had. */
function writeFormat(format: OutputFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.kind === 'text') return undefined;
  if (format.kind === 'json') return { type: 'json_object' };
  const { schema, name = 'answer', description, isStrict = true } = format;
  const strict = isStrict && isStrictSchema(schema);
  return { type: 'json_schema', name, schema, strict, ...(description !== undefined && { description }) };
}

function writeAttribution({ attribution, caching }: CanonicalCall, dropped: DroppedFields): JsonObject {
  const { userId } = attribution;
  const isShown = userId !== undefined && userId.length <= ID_LENGTH_MAX;
  if (!isShown) dropped.dropIfSet('user_id', userId);
  const { key } = caching;
  return {
    ...(isShown && { safety_identifier: userId }),
    ...(key !== undefined && key.length <= ID_LENGTH_MAX && { prompt_cache_key: key }),
  };
}
