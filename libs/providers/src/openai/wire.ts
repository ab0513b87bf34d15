import type { ErrorWire } from '../openai-errors.js';
import type { BaseResponseWire } from './base-response.js';

/** The parts of OpenAI's Chat Completions wire format that the gateway reads. Every field may be absent or null. */
export interface ChatCompletionWire {
  readonly id?: unknown;
  readonly object?: unknown;
  readonly choices?: readonly ChoiceWire[] | null;
  readonly usage?: UsageWire | null;
  readonly error?: ErrorWire | null;
  /** Groq's own: why a stream was stopped early, and its usage whether or not that was asked for. */
  readonly x_groq?: { readonly error?: unknown; readonly usage?: UsageWire | null } | null;
  /** MiniMax's own. */
  readonly base_resp?: BaseResponseWire | null;
}

export interface ChoiceWire {
  readonly message?: MessageWire | null;
  readonly delta?: MessageWire | null;
  readonly index?: number;
  readonly finish_reason?: string | null;
  /** OpenRouter's, of a choice that failed. */
  readonly error?: ErrorWire | null;
  readonly logprobs?: { readonly content?: readonly LogprobWire[] | null } | null;
}

export interface MessageWire {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly tool_calls?: readonly ToolCallWire[] | null;
  readonly annotations?: readonly AnnotationWire[] | null;
  readonly audio?: { readonly data?: unknown; readonly transcript?: unknown } | null;
  /** Pictures, as some providers of this format answer them. */
  readonly images?: readonly { readonly image_url?: { readonly url?: unknown } | null }[] | null;
}

export interface ToolCallWire {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly type?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
  readonly custom?: { readonly name?: unknown; readonly input?: unknown } | null;
}

export interface UsageWire {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: PromptDetailsWire | null;
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: unknown;
    readonly audio_tokens?: unknown;
    /** Of OpenRouter, where a model draws. */
    readonly image_tokens?: unknown;
  } | null;
  /** DeepSeek reports cache hits here. */
  readonly prompt_cache_hit_tokens?: unknown;
  /** Moonshot and Together report them here. */
  readonly cached_tokens?: unknown;
  /** Mistral reports them here. */
  readonly num_cached_tokens?: unknown;
}

interface PromptDetailsWire {
  readonly cached_tokens?: unknown;
  readonly audio_tokens?: unknown;
  /** Of OpenAI since GPT-5.6, and of OpenRouter. */
  readonly cache_write_tokens?: unknown;
  /** Of Qwen, where its cache is asked for. */
  readonly cache_creation_input_tokens?: unknown;
}

export interface AnnotationWire {
  readonly type?: unknown;
  readonly url_citation?: {
    readonly url?: unknown;
    readonly title?: unknown;
    readonly start_index?: unknown;
    readonly end_index?: unknown;
  } | null;
}

export interface LogprobWire {
  readonly token?: unknown;
  readonly logprob?: unknown;
  readonly bytes?: readonly number[] | null;
  readonly top_logprobs?: readonly LogprobWire[] | null;
}

/** The array, typed as it was declared; undefined where the wire holds something else. */
export function arrayOf<T>(value: readonly T[] | null | undefined): readonly (T | null)[] | undefined {
  return Array.isArray(value) ? (value as readonly (T | null)[]) : undefined;
}
