import type { Citation, Stop, TokenLogprob, TokenUsage } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext } from '../../relay/exchange/renderer.js';

/** How a response ended. */
export interface ResponseEnd {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: JsonObject | null;
}

/** What every response says of itself; what the request asked for is repeated in it, as OpenAI does. */
export function headOf({ requestId, createdAtSeconds, model }: RenderContext, body: JsonObject): JsonObject {
  return {
    ...{ id: `resp_${toHex(requestId)}`, object: 'response', created_at: createdAtSeconds },
    ...{ status: 'in_progress', background: false, error: null, incomplete_details: null },
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: { effort: null, summary: null, ...(body['reasoning'] as JsonObject | null | undefined) },
    safety_identifier: body['safety_identifier'] ?? null,
    ...{ service_tier: 'default', store: false },
    temperature: body['temperature'] ?? null,
    text: { format: { type: 'text' }, ...(body['text'] as JsonObject | null | undefined) },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: body['top_logprobs'] ?? 0,
    top_p: body['top_p'] ?? null,
    truncation: 'disabled',
    usage: null,
    user: body['user'] ?? null,
    metadata: body['metadata'] ?? {},
  };
}

/** The id of an item, by its place in the answer. */
export function itemIdOf(prefix: string, { requestId }: RenderContext, index: number): string {
  return `${prefix}_${toHex(requestId)}${index}`;
}

/** A response that stopped short says why; a model that refuses without words is stopped by its filter. */
export function endOf({ reason }: Stop, hasRefusal: boolean): ResponseEnd {
  if (reason === 'max_tokens' || reason === 'context_window')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (reason === 'content_filter' || (reason === 'refusal' && !hasRefusal))
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  if (reason === 'pause') return { status: 'incomplete', incomplete_details: {} };
  return { status: 'completed', incomplete_details: null };
}

/** Disjoint kinds as OpenAI counts them: read and written tokens of the cache inside the input, reasoning inside the output. */
export function renderUsage(usage: TokenUsage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWriteLongTokens;
  const input = usage.inputTokens + usage.cachedInputTokens + written + usage.audioInputTokens;
  const output = usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: written },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + output,
  };
}

/** A citation as an annotation; undefined where it names a place in a document, for which there is no form without a stored file. */
export function renderAnnotation(citation: Citation, textLength: number): JsonObject | undefined {
  if (citation.kind !== 'url') return undefined;
  const { start, end } = citation.range ?? { start: 0, end: textLength };
  const { url, title } = citation;
  return { type: 'url_citation', url, title: title ?? url, start_index: start, end_index: end };
}

/** Log probabilities, which always have `bytes`. */
export function renderLogprobs(logprobs: readonly TokenLogprob[]): JsonObject[] {
  const entry = ({ token, logprob, bytes }: Omit<TokenLogprob, 'alternatives'>): JsonObject => ({
    ...{ token, logprob },
    bytes: bytes ?? [],
  });
  return logprobs.map((token) => ({ ...entry(token), top_logprobs: token.alternatives.map(entry) }));
}

function toHex(requestId: string): string {
  return requestId.replaceAll('-', '');
}
