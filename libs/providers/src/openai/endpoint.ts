import type { ModelTraits } from '../openai-models.js';
import type { Endpoint } from '../text-wire.js';
import type { ErrorQuirks } from './error-quirks.js';

/** How providers that speak OpenAI's format differ from each other: a row of a table. */
export interface OpenAiDialect {
  readonly name: string;
  /** The field of the output limit where the client sent none. */
  readonly outputLimitField: 'max_completion_tokens' | 'max_tokens';
  /** True where the other field is ignored or refused: a client's limit then always goes into the one that is obeyed. */
  readonly knowsOneLimit?: boolean;
  /** True where OpenAI's own additions are known: `store`, custom tools, `safety_identifier`, `prompt_cache_key`. Others may refuse them. */
  readonly knowsOpenAiFields: boolean;
  /** True where nothing is stored that is not asked for: then `store` goes only where the client sent it. */
  readonly storesNothing?: boolean;
  /** True where a request without a tier gets the one of the project's settings: then the standard one is asked for by its name. */
  readonly hasTierOfProject?: boolean;
  /** True where fields that are not documented are refused, `stream_options` and `user` among them; usage then comes unasked. */
  readonly refusesUnknownFields?: boolean;
  /** Its name for `seed`, where it has another. */
  readonly seedField?: 'random_seed';
  /** The efforts that its models know, where their names are its own. */
  readonly effortsOf?: (upstreamModel: string) => ModelTraits['efforts'];
  /** The field of a message in which reasoning of earlier turns is taken back; absent where it is not. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning';
  /** How reasoning is switched on and off, where not by OpenAI's effort. */
  readonly reasoningSwitch?: ReasoningSwitch;
  /** Where what is offered is asked for, below the base URL; absent where it is not offered. Chats are at `/chat/completions` unless told. */
  readonly paths: OfferedPaths;
  /** True where videos are offered in OpenAI's format, at `/videos`. */
  readonly hasVideos?: boolean;
  /** True where vectors come as numbers only: base64 is then written by us. */
  readonly hasNumbersOnly?: boolean;
  /** What its errors say otherwise than OpenAI's. */
  readonly errors?: ErrorQuirks;
}

/** `thinking: {type}` · `enable_thinking` with `thinking_budget` · OpenRouter's `reasoning: {effort, max_tokens, enabled}`. */
export type ReasoningSwitch = 'thinking' | 'enable_thinking' | 'reasoning';

/** `chat: null` where only the others are offered. */
interface OfferedPaths {
  readonly chat?: string | null;
  readonly embeddings?: string;
  readonly moderations?: string;
  readonly rerank?: string;
  readonly imageGenerations?: string;
  readonly imageEdits?: string;
  readonly speech?: string;
  readonly transcriptions?: string;
  readonly translations?: string;
}

/** Below a base URL that ends in the version. */
export const CHAT_ENDPOINT: Endpoint = { path: '/chat/completions' };

/** True where the provider keeps answers unless it is told not to. */
export function isStoredUnlessTold({ knowsOpenAiFields, storesNothing = false }: OpenAiDialect): boolean {
  return knowsOpenAiFields && !storesNothing;
}
