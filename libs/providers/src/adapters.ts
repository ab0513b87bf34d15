import { ANTHROPIC_ADAPTER } from './anthropic/index.js';
import type { OpenAiDialect } from './openai/endpoint.js';
import { createOpenAiAdapter } from './openai/index.js';
import { RESPONSES_WIRE } from './openai-responses/index.js';
import { PRESETS } from './presets.js';
import type { ProviderAdapter } from './provider-adapter.js';

/** Where OpenAI, and nearly everybody who speaks its format, has pictures and sound. */
const MEDIA_PATHS = { imageGenerations: '/images/generations', imageEdits: '/images/edits' };

/** Providers that speak OpenAI's format, each a row. */
export const OPENAI_DIALECTS: readonly OpenAiDialect[] = [
  {
    ...{ name: 'openai', outputLimitField: 'max_completion_tokens', knowsOpenAiFields: true },
    paths: { embeddings: '/embeddings', moderations: '/moderations', ...MEDIA_PATHS },
  },
  {
    ...{ name: 'openai-compatible', outputLimitField: 'max_tokens', knowsOpenAiFields: false },
    paths: { embeddings: '/embeddings', moderations: '/moderations', rerank: '/rerank', ...MEDIA_PATHS },
  },
  ...PRESETS,
];

const ADAPTERS = new Map(
  [...OPENAI_DIALECTS.map(createOpenAiAdapter), ANTHROPIC_ADAPTER].map((adapter) => [
    adapter.name,
    adapter.name === 'openai' ? withResponses(adapter) : adapter,
  ]),
);

/** OpenAI itself speaks Responses beside Chat Completions; whoever is compatible with it speaks the latter. */
function withResponses(adapter: ProviderAdapter): ProviderAdapter {
  return { ...adapter, wires: [...adapter.wires, RESPONSES_WIRE] };
}

/** The adapter of a provider by the name a channel carries; undefined where this build has none. */
export function findAdapter(provider: string): ProviderAdapter | undefined {
  return ADAPTERS.get(provider);
}
