import type { Citation, ReasoningPart, Seal, Stop, StopReason, TokenUsage } from '@tokenbay/protocol';
import { toPlainId, writeSeal } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext } from '../../relay/exchange/renderer.js';

const FORMAT = 'anthropic-messages';
const STOP_REASONS: Readonly<Record<StopReason, string>> = {
  end: 'end_turn',
  stop_sequence: 'stop_sequence',
  max_tokens: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_call: 'tool_use',
  refusal: 'refusal',
  content_filter: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
};

/** What every message begins with. */
export function headOf({ requestId, model }: RenderContext): JsonObject {
  return { id: `msg_${requestId.replaceAll('-', '')}`, type: 'message', role: 'assistant', model, container: null };
}

/** Calls of tools end a message with `tool_use`, whatever else its upstream says of an ordinary end. */
export function renderStop({ reason, stopSequence }: Stop, hasCalls: boolean): JsonObject {
  const isCall = hasCalls && (reason === 'end' || reason === 'other');
  return {
    stop_reason: isCall ? 'tool_use' : STOP_REASONS[reason],
    stop_sequence: stopSequence ?? null,
    stop_details: null,
  };
}

/** Disjoint kinds as Anthropic counts them; audio, which it has not, is input and output like any other. */
export function renderUsage(usage: TokenUsage): JsonObject {
  return {
    input_tokens: usage.inputTokens + usage.audioInputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens,
      ephemeral_1h_input_tokens: usage.cacheWriteLongTokens,
    },
    output_tokens: usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0),
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    server_tool_use: null,
    service_tier: 'standard',
  };
}

/** Thinking with its seal; one that was not sealed has an empty signature, which the gateway takes for none when it comes back. */
export function renderThinking({ text, isRedacted, seal }: Omit<ReasoningPart, 'type' | 'id'>): JsonObject {
  const carried = seal ? writeSeal(seal, FORMAT) : '';
  if (isRedacted) return { type: 'redacted_thinking', data: carried };
  return { type: 'thinking', thinking: text, signature: carried };
}

/** The seal of a call, which has no place for it, stands before it as thinking that nobody else can read. */
export function renderCallSeal(seal: Seal | undefined): JsonObject[] {
  return seal ? [renderThinking({ text: '', isRedacted: true, seal })] : [];
}

/** The beginning of a call of a tool. */
export function renderToolUse(
  { id, name }: { readonly id: string; readonly name: string },
  input: unknown,
): JsonObject {
  return { type: 'tool_use', id: toPlainId(id), name, input, caller: { type: 'direct' } };
}

/** A citation in the form of its kind. */
export function renderCitation(citation: Citation): JsonObject {
  if (citation.kind === 'url') {
    const { url, title, citedText } = citation;
    const shown = { url, title: title ?? null, cited_text: citedText ?? '', encrypted_index: '' };
    return { type: 'web_search_result_location', ...shown };
  }
  const { unit, from, to, title, citedText, documentIndex } = citation;
  const shown = { cited_text: citedText, document_index: documentIndex, document_title: title ?? null };
  if (unit === 'character') return { type: 'char_location', ...shown, start_char_index: from, end_char_index: to };
  if (unit === 'page') return { type: 'page_location', ...shown, start_page_number: from, end_page_number: to };
  return { type: 'content_block_location', ...shown, start_block_index: from, end_block_index: to };
}
