import {
  type Citation,
  type ReasoningPart,
  type Stop,
  type StopReason,
  type TokenLogprob,
  type TokenUsage,
  writeSeal,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext } from '../../relay/exchange/renderer.js';

const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  context_window: 'length',
  tool_call: 'tool_calls',
  refusal: 'content_filter',
  content_filter: 'content_filter',
  pause: 'stop',
  other: 'stop',
};

/** What every completion and chunk begins with. */
export function headOf({ requestId, createdAtSeconds, model }: RenderContext, object: string): JsonObject {
  return { id: `chatcmpl-${requestId}`, object, created: createdAtSeconds, model };
}

/** Calls of tools end a choice with `tool_calls`, whatever else its upstream says; a refusal in words is an ordinary end. */
export function finishReasonOf({ reason }: Stop, { hasCalls, hasRefusal }: FinishFacts): string {
  if (hasCalls && (reason === 'end' || reason === 'other')) return 'tool_calls';
  if (hasRefusal && reason === 'refusal') return 'stop';
  return FINISH_REASONS[reason];
}

/** What a choice holds, as far as its finish reason depends on it. */
export interface FinishFacts {
  readonly hasCalls: boolean;
  readonly hasRefusal: boolean;
}

/** Disjoint kinds as OpenAI counts them: cached, written and audio tokens inside the prompt's, reasoning inside the completion's. */
export function renderUsage(usage: TokenUsage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWriteLongTokens;
  const prompt = usage.inputTokens + usage.cachedInputTokens + written + usage.audioInputTokens;
  const completion = usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: usage.audioInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: usage.audioOutputTokens },
  };
}

/** A citation as an annotation; undefined where it names a place in a document, which Chat cannot say. */
export function renderAnnotation(citation: Citation, textLength: number): JsonObject | undefined {
  if (citation.kind !== 'url') return undefined;
  const { start, end } = citation.range ?? { start: 0, end: textLength };
  return {
    type: 'url_citation',
    url_citation: { url: citation.url, title: citation.title ?? citation.url, start_index: start, end_index: end },
  };
}

/** Reasoning with its seal, in the form that a client sends back with the message; undefined where nothing is sealed. */
export function renderReasoningDetail(
  { text, id, seal, isRedacted }: ReasoningPart,
  index: number,
): JsonObject | undefined {
  if (!seal) return undefined;
  const carried = writeSeal(seal, 'openai-chat');
  const shared = { ...(id !== undefined && { id }), index };
  return isRedacted || text === ''
    ? { type: 'reasoning.encrypted', data: carried, ...shared }
    : { type: 'reasoning.text', text, signature: carried, ...shared };
}

/** Log probabilities in OpenAI's form, which demands `bytes` even where they are not known. */
export function renderLogprobs(logprobs: readonly TokenLogprob[]): JsonObject {
  const entry = ({ token, logprob, bytes }: Omit<TokenLogprob, 'alternatives'>): JsonObject => ({
    token,
    logprob,
    bytes: bytes ?? null,
  });
  return {
    content: logprobs.map((token) => ({ ...entry(token), top_logprobs: token.alternatives.map(entry) })),
    refusal: null,
  };
}
