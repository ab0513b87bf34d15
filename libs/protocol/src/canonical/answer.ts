import type { TokenUsage } from '../token-usage.js';
import type { OutputPart } from './content.js';

/** A whole answer, as every dialect can show it. Providers read it, surfaces render it. */
export interface CanonicalAnswer {
  /** The upstream's own id, for the log; surfaces make ids of their own form. */
  readonly id: string;
  /** By index, none missing. */
  readonly choices: readonly AnswerChoice[];
  readonly usage?: UsageReading;
}

/** One choice (Gemini: candidate) of an answer. */
export interface AnswerChoice {
  readonly content: readonly OutputPart[];
  readonly stop: Stop;
}

/** Why a choice ended. */
export interface Stop {
  readonly reason: StopReason;
  /** Messages tells which; elsewhere unknown. */
  readonly stopSequence?: string;
  /** Gemini's `safetyRatings`, for its own dialect. */
  readonly safetyRatings?: readonly SafetyRating[];
}

/**
 * The reasons, and what they are read from and written as (Chat · Responses · Messages · Gemini):
 * `end`: stop · completed · end_turn · STOP.
 * `stop_sequence`: stop · completed · stop_sequence · STOP.
 * `max_tokens`: length · incomplete max_output_tokens · max_tokens · MAX_TOKENS.
 * `context_window`: length · incomplete max_output_tokens · model_context_window_exceeded · MAX_TOKENS.
 * `tool_call`: tool_calls · completed · tool_use · STOP.
 * `refusal`, the model's own: stop · completed · refusal · SAFETY; where no refusal text is, content_filter and incomplete content_filter.
 * `content_filter`, the provider's: content_filter · incomplete content_filter · refusal · SAFETY, PROHIBITED_CONTENT, BLOCKLIST, SPII, ….
 * `pause`: stop · incomplete · pause_turn · OTHER. `other`: stop · completed · end_turn · OTHER, MALFORMED_FUNCTION_CALL, RECITATION, ….
 */
export type StopReason =
  | 'end'
  | 'stop_sequence'
  | 'max_tokens'
  | 'context_window'
  | 'tool_call'
  | 'refusal'
  | 'content_filter'
  | 'pause'
  | 'other';

/** One of Gemini's judgements, by its own words. */
export interface SafetyRating {
  readonly category: string;
  readonly probability: string;
  readonly isBlocked: boolean;
}

/** What an upstream said that it consumed. */
export interface UsageReading {
  readonly usage: TokenUsage;
  /** True where the report contradicts itself or holds no whole, non-negative numbers; the usage is then what could be made of it. */
  readonly isSuspect: boolean;
  /** True where more output came after the report was made: its input holds, its output is to be counted. */
  readonly isPartial?: boolean;
}
