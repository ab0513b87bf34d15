import type { CacheMark, InputPart, OutputPart, TextPart, ToolResultPart } from './content.js';
import type { JsonObject } from './json.js';
import type { ToolChoice, ToolDefinition } from './tools.js';

/**
 * One request for text, as every dialect can say it. Surfaces make it, providers write it. Absent means: the client did not say, so the
 * provider's default holds; writers never send a default of their own unless the target demands the field.
 */
export interface CanonicalCall {
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  /** Chat and Responses `parallel_tool_calls`; Messages `disable_parallel_tool_use` inverted; Gemini has none. */
  readonly parallelToolCalls?: boolean;
  readonly output: OutputSettings;
  readonly reasoning?: ReasoningSettings;
  readonly sampling: SamplingSettings;
  readonly attribution: Attribution;
  readonly caching: CachingSettings;
  readonly safety: readonly SafetySetting[];
}

/** One turn of the conversation, in its order. Consecutive turns of one role are allowed; writers join them where a target demands. */
export type Turn = InstructionTurn | UserTurn | AssistantTurn | ToolTurn;

/**
 * Who set the rules. Chat roles `system`, `developer`; Responses `instructions` (as first turn) and those roles; Messages `system`; Gemini
 * `systemInstruction`. One that stands later keeps its place here; writers that know only leading instructions move it there and name
 * `system_position` as dropped.
 */
export interface InstructionTurn {
  readonly role: 'system' | 'developer';
  readonly content: readonly TextPart[];
}

/** What the user said. `name` is Chat's alone. */
export interface UserTurn {
  readonly role: 'user';
  readonly content: readonly InputPart[];
  readonly name?: string;
}

/** What the model said before. Last in the conversation it is a beginning to continue (Messages and Gemini; elsewhere `501`). */
export interface AssistantTurn {
  readonly role: 'assistant';
  readonly content: readonly OutputPart[];
  readonly name?: string;
}

/** Results of the calls of the assistant turn before, all that stand together as one turn. */
export interface ToolTurn {
  readonly role: 'tool';
  readonly content: readonly ToolResultPart[];
}

/** What the answer may be. */
export interface OutputSettings {
  /** Tokens of one choice, reasoning included. Chat `max_completion_tokens`, `max_tokens`; Responses, Gemini `max_output_tokens`; Messages `max_tokens`. */
  readonly tokensMax?: number;
  /** Chat `n`; Gemini `candidateCount`. Others know one only: more is `501`. */
  readonly choices: number;
  readonly format?: OutputFormat;
  /** Chat `logprobs` with `top_logprobs`; Responses `top_logprobs`; Gemini `responseLogprobs` with `logprobs`. Messages: `501`. */
  readonly logprobs?: { readonly alternatives: number };
  /** Chat `modalities`; Gemini `responseModalities`. Anything but text is `501` for a target that cannot. */
  readonly modalities: readonly ('text' | 'audio' | 'image')[];
  /** Chat `audio`, passed as it is to targets of Chat. */
  readonly audio?: JsonObject;
  /** Chat and Responses `verbosity`; harmless to drop. */
  readonly verbosity?: 'low' | 'medium' | 'high';
}

/** Structured output. Chat `response_format`; Responses `text.format`; Messages `output_config.format`; Gemini `responseMimeType`, `responseJsonSchema`. */
export type OutputFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | {
      readonly kind: 'json_schema';
      readonly schema: JsonObject;
      readonly name?: string;
      readonly description?: string;
      readonly isStrict?: boolean;
    };

/** How much effort, from none to all. Chat and Responses `reasoning_effort`; Messages `output_config.effort`; Gemini `thinkingLevel`. */
export type ReasoningEffort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Whether and how the model reasons before it answers. */
export type ReasoningSettings =
  | {
      /** Chat and Responses effort `none`; Messages `thinking: disabled`; Gemini `thinkingBudget: 0`. */
      readonly mode: 'off';
    }
  | {
      readonly mode: 'on';
      readonly effort?: ReasoningEffort;
      /** Tokens: Messages `budget_tokens`, Gemini `thinkingBudget`. Neither effort nor budget: the model decides (`adaptive`, -1). */
      readonly budgetTokens?: number;
      /** Responses `summary`; Messages `display`; Gemini `includeThoughts`. Absent: the provider's default. */
      readonly summary?: 'auto' | 'concise' | 'detailed' | 'omitted';
    };

/** How tokens are drawn. All but `stopSequences` are hints: harmless to drop, by name. */
export interface SamplingSettings {
  /** 0 to 2; Messages knows 0 to 1, where more is sent as 1. */
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Chat alone, by the target's own token ids: to any other format a `501`. */
  readonly logitBias?: Readonly<Record<string, number>>;
  /** Chat `stop`; Messages and Gemini `stop_sequences`; Responses has none: `501`. */
  readonly stopSequences?: readonly string[];
}

/** For whom. Harmless to drop, by name. */
export interface Attribution {
  /** Chat and Responses `safety_identifier`, else `user`; Messages `metadata.user_id`. */
  readonly userId?: string;
  /** Chat and Responses `metadata`; Gemini `labels`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Asked for and priced before; a writer sends it only to the format it was written in: tiers have other names and prices elsewhere. */
  readonly serviceTier?: string;
}

/** Wishes about the provider's prompt cache beside the marks on parts. Harmless to drop silently. */
export interface CachingSettings {
  /** Messages top-level `cache_control`: a mark on the last part that can carry one. */
  readonly automatic?: CacheMark;
  /** Chat and Responses `prompt_cache_key`. */
  readonly key?: string;
}

/** Gemini's `safetySettings`, by its own words. To any other format dropped by name: their filters cannot be set. */
export interface SafetySetting {
  readonly category: string;
  readonly threshold: string;
}
