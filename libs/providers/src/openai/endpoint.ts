import type { Endpoint } from '../text-wire.js';

/** How providers that speak OpenAI's format differ from each other: a row of a table. */
export interface OpenAiDialect {
  readonly name: string;
  /** The field of the output limit where the client sent none. */
  readonly outputLimitField: 'max_completion_tokens' | 'max_tokens';
  /** True where OpenAI's own additions are known: `store`, custom tools, `safety_identifier`, `prompt_cache_key`. Others may refuse them. */
  readonly knowsOpenAiFields: boolean;
  /** Where what is offered beside chats is asked for, below the base URL; absent where it is not offered. */
  readonly paths: { readonly embeddings?: string; readonly moderations?: string; readonly rerank?: string };
  /** True where vectors come as numbers only: base64 is then written by us. */
  readonly hasNumbersOnly?: boolean;
}

/** Below a base URL that ends in the version. */
export const CHAT_ENDPOINT: Endpoint = { path: '/chat/completions' };
