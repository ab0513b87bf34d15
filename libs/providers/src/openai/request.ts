import type { CanonicalCall, DroppedFields, OutputFormat } from '@tokenbay/protocol';
import { chooseEffort } from '../openai-effort.js';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import { isStoredUnlessTold, type OpenAiDialect } from './endpoint.js';
import { writeMessages } from './messages.js';
import { type ModelTraits, traitsOf } from '../openai-models.js';
import { isStrictSchema } from '../strict-schema.js';
import { switchReasoning } from './reasoning-switch.js';
import { writeTools } from './tools.js';

const STOPS_MAX = 4;
const ID_LENGTH_MAX = 64;
const JSON_ONLY = 'Answer with one JSON object and nothing else.';

/** Writes a call as a body of `POST /v1/chat/completions`. */
export function writeRequest(call: CanonicalCall, terms: WriteTerms, dialect: OpenAiDialect): JsonObject {
  const { dropped, upstreamModel, isStream } = terms;
  const traits = readTraits(upstreamModel, dialect);
  if (call.output.modalities.some((modality) => modality !== 'text')) dropped.refuse('modalities');
  dropHints(call, dropped);
  const limit = terms.outputTokensMax ?? call.output.tokensMax;
  const messages = writeMessages(call, dropped, dialect);
  if (call.output.format?.kind === 'json' && !/json/i.test(JSON.stringify(messages)))
    messages.push({ role: 'system', content: JSON_ONLY });
  const { choices, logprobs } = call.output;
  return {
    model: upstreamModel,
    messages,
    ...writeTools(call, { dropped, dialect }),
    ...(limit !== undefined && { [dialect.outputLimitField]: limit }),
    ...(choices > 1 && { n: choices }),
    ...writeFormat(call.output.format),
    ...(dialect.reasoningSwitch
      ? switchReasoning(call, dialect.reasoningSwitch, terms)
      : writeReasoning(call, traits, dropped)),
    ...writeSampling(call, traits, { dropped, dialect }),
    ...(logprobs && { logprobs: true, top_logprobs: logprobs.alternatives }),
    ...writeAttribution(call, dropped, dialect),
    ...(isStoredUnlessTold(dialect) && { store: false }),
    ...(dialect.hasTierOfProject && { service_tier: 'default' }),
    ...(isStream && { stream: true }),
    ...(isStream && !dialect.refusesUnknownFields && { stream_options: { include_usage: true } }),
  };
}

function dropHints({ output, sampling, attribution, safety }: CanonicalCall, dropped: DroppedFields): void {
  dropped.dropIfSet('verbosity', output.verbosity);
  dropped.dropIfSet('top_k', sampling.topK);
  // Kept only with stored answers, which there are none of.
  dropped.dropIfSet('metadata', attribution.metadata);
  dropped.dropIfSet('service_tier', attribution.serviceTier);
  if (safety.length > 0) dropped.drop('safety_settings');
}

function readTraits(upstreamModel: string, { effortsOf }: OpenAiDialect): ModelTraits {
  const traits = traitsOf(upstreamModel);
  return effortsOf ? { ...traits, efforts: effortsOf(upstreamModel) } : traits;
}

/** Who refuses unknown fields has another name for it, or none. */
function writeSeed({ sampling }: CanonicalCall, { dropped, dialect }: Writing): JsonObject {
  const { seed } = sampling;
  const field = dialect.seedField ?? (dialect.refusesUnknownFields ? undefined : 'seed');
  if (field === undefined) dropped.dropIfSet('seed', seed);
  return field === undefined || seed === undefined ? {} : { [field]: seed };
}

interface Writing {
  readonly dropped: DroppedFields;
  readonly dialect: OpenAiDialect;
}

/** Who reasons always draws by its own rules: what it would refuse is left out, and stop sequences, which are no hint, are refused. */
function writeSampling(call: CanonicalCall, { isReasoning }: ModelTraits, writing: Writing): JsonObject {
  const { dropped } = writing;
  const { temperature, topP, presencePenalty, frequencyPenalty, logitBias, stopSequences = [] } = call.sampling;
  const seed = writeSeed(call, writing);
  if (stopSequences.length > (isReasoning ? 0 : STOPS_MAX)) dropped.refuse('stop_sequences');
  if (isReasoning) {
    dropped.dropIfSet('temperature', temperature === 1 ? undefined : temperature);
    dropped.dropIfSet('top_p', topP === 1 ? undefined : topP);
    dropped.dropIfSet('presence_penalty', presencePenalty || undefined);
    dropped.dropIfSet('frequency_penalty', frequencyPenalty || undefined);
    if (logitBias) dropped.refuse('logit_bias');
    return seed;
  }
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...seed,
    ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }),
    ...(logitBias && { logit_bias: logitBias }),
    ...(stopSequences.length > 0 && { stop: stopSequences }),
  };
}

function writeReasoning(call: CanonicalCall, traits: ModelTraits, dropped: DroppedFields): JsonObject {
  const effort = chooseEffort(call, traits, dropped);
  return effort === undefined ? {} : { reasoning_effort: effort };
}

/** A schema is obeyed to the letter where it can be; others are asked for as well as they can be had. */
function writeFormat(format: OutputFormat | undefined): JsonObject {
  if (format === undefined || format.kind === 'text') return {};
  if (format.kind === 'json') return { response_format: { type: 'json_object' } };
  const { schema, name = 'answer', description, isStrict = true } = format;
  const wanted = {
    ...{ name, schema, strict: isStrict && isStrictSchema(schema) },
    ...(description !== undefined && { description }),
  };
  return { response_format: { type: 'json_schema', json_schema: wanted } };
}

function writeAttribution(
  { attribution, caching }: CanonicalCall,
  dropped: DroppedFields,
  dialect: OpenAiDialect,
): JsonObject {
  const { userId } = attribution;
  if (dialect.refusesUnknownFields) dropped.dropIfSet('user_id', userId);
  else if (!dialect.knowsOpenAiFields) return userId === undefined ? {} : { user: userId };
  if (!dialect.knowsOpenAiFields) return {};
  const isShown = userId !== undefined && userId.length <= ID_LENGTH_MAX;
  if (!isShown) dropped.dropIfSet('user_id', userId);
  const { key } = caching;
  return {
    ...(isShown && { safety_identifier: userId }),
    ...(key !== undefined && key.length <= ID_LENGTH_MAX && { prompt_cache_key: key }),
  };
}
