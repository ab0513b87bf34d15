/** The parts of OpenAI's Chat Completions wire format that the gateway reads. Every field may be absent or null. */
export interface ChatCompletionWire {
  readonly object?: unknown;
  readonly choices?: readonly ChoiceWire[] | null;
  readonly usage?: UsageWire | null;
  readonly error?: ErrorWire | null;
}

interface ChoiceWire {
  readonly message?: MessageWire | null;
  readonly delta?: MessageWire | null;
  readonly index?: number;
  readonly finish_reason?: string | null;
}

export interface MessageWire {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly tool_calls?: readonly ToolCallWire[] | null;
}

interface ToolCallWire {
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
  readonly custom?: { readonly name?: unknown; readonly input?: unknown } | null;
}

export interface UsageWire {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown; readonly audio_tokens?: unknown } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown; readonly audio_tokens?: unknown } | null;
  /** DeepSeek reports cache hits here. */
  readonly prompt_cache_hit_tokens?: unknown;
}

export interface ErrorWire {
  readonly message?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
}

/** The array, typed as it was declared; undefined where the wire holds something else. */
export function arrayOf<T>(value: readonly T[] | null | undefined): readonly (T | null)[] | undefined {
  return Array.isArray(value) ? (value as readonly (T | null)[]) : undefined;
}
