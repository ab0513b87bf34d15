import type { ErrorWire } from '../openai-errors.js';

/** The parts of OpenAI's Responses wire format that the gateway reads. Every field may be absent or null. */
export interface ResponseWire {
  readonly id?: unknown;
  readonly object?: unknown;
  readonly status?: unknown;
  readonly output?: readonly ItemWire[] | null;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
  readonly usage?: UsageWire | null;
  readonly error?: ErrorWire | null;
}

/** An item of an answer: a message, reasoning, or a call. */
export interface ItemWire {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly content?: readonly ContentWire[] | null;
  readonly summary?: readonly { readonly text?: unknown }[] | null;
  readonly encrypted_content?: unknown;
  readonly call_id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly status?: unknown;
  /** Of a tool that the provider runs. */
  readonly action?: { readonly type?: unknown } | null;
  readonly container_id?: unknown;
  readonly environment?: { readonly container_id?: unknown } | null;
}

export interface ContentWire {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly annotations?: readonly AnnotationWire[] | null;
  readonly logprobs?: readonly LogprobWire[] | null;
}

export interface AnnotationWire {
  readonly type?: unknown;
  readonly url?: unknown;
  readonly title?: unknown;
  readonly start_index?: unknown;
  readonly end_index?: unknown;
}

export interface LogprobWire {
  readonly token?: unknown;
  readonly logprob?: unknown;
  readonly bytes?: readonly number[] | null;
  readonly top_logprobs?: readonly LogprobWire[] | null;
}

/** Cached and written tokens are inside `input_tokens`, reasoning inside `output_tokens`. */
export interface UsageWire {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_tokens_details?: { readonly cached_tokens?: unknown; readonly cache_write_tokens?: unknown } | null;
  readonly output_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
}

/** One event of a stream. */
export interface EventWire {
  readonly type?: unknown;
  readonly sequence_number?: unknown;
  readonly response?: ResponseWire | null;
  readonly item?: ItemWire | null;
  readonly part?: ContentWire | null;
  readonly output_index?: unknown;
  readonly content_index?: unknown;
  readonly summary_index?: unknown;
  readonly delta?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly annotation?: AnnotationWire | null;
  readonly logprobs?: readonly LogprobWire[] | null;
  /** Of an `error` event: its fields stand at the top level, and in some implementations here. */
  readonly error?: ErrorWire | null;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly param?: unknown;
}

/** The array, typed as it was declared; empty where the wire holds something else. */
export function listOf<T>(value: readonly T[] | null | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly (T | null)[]).filter((item): item is T => typeof item === 'object' && item !== null);
}

/** The value where it is text, else nothing. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
