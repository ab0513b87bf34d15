import { ANTHROPIC_ADAPTER } from './anthropic/index.js';
import { DASHSCOPE_ADAPTER } from './dashscope/index.js';
import { readGoogleFailure, VEO_WIRE } from './gemini-veo/index.js';
import type { OpenAiDialect } from './openai/endpoint.js';
import { createOpenAiAdapter } from './openai/index.js';
import { RESPONSES_WIRE } from './openai-responses/index.js';
import { PRESETS } from './presets.js';
import type { ProviderAdapter } from './provider-adapter.js';
import { SEEDANCE_WIRE } from './volcengine/index.js';

/** Where OpenAI, and nearly everybody who speaks its format, has pictures and sound. */
const MEDIA_PATHS = { imageGenerations: '/images/generations', imageEdits: '/images/edits' };

/** Providers that speak OpenAI's format, each a row. */
export const OPENAI_DIALECTS: readonly OpenAiDialect[] = [
  {
    ...{ name: 'openai', outputLimitField: 'max_completion_tokens', knowsOpenAiFields: true },
    paths: { embeddings: '/embeddings', moderations: '/moderations', ...MEDIA_PATHS },
    hasVideos: true,
  },
  {
    ...{ name: 'openai-compatible', outputLimitField: 'max_tokens', knowsOpenAiFields: false },
    paths: { embeddings: '/embeddings', moderations: '/moderations', rerank: '/rerank', ...MEDIA_PATHS },
    hasVideos: true,
  },
  ...PRESETS,
];

/** Gemini serves videos. */
const GEMINI: ProviderAdapter = {
  name: 'gemini',
  headers: (secret) => ({ 'x-goog-api-key': secret }),
  wires: [],
  video: VEO_WIRE,
  readFailure: readGoogleFailure,
};

const ADAPTERS = new Map(
  [...OPENAI_DIALECTS.map(createOpenAiAdapter), ANTHROPIC_ADAPTER, GEMINI, DASHSCOPE_ADAPTER].map((adapter) => [
    adapter.name,
    withOwnWires(adapter),
  ]),
);

/** What two of them speak beside: OpenAI itself its Responses, Ark the tasks in which it makes videos. */
function withOwnWires(adapter: ProviderAdapter): ProviderAdapter {
  if (adapter.name === 'openai') return { ...adapter, wires: [...adapter.wires, RESPONSES_WIRE] };
  return adapter.name === 'volcengine' ? { ...adapter, video: SEEDANCE_WIRE } : adapter;
}

/** The adapter of a provider by the name a channel carries; undefined where this build has none. */
export function findAdapter(provider: string): ProviderAdapter | undefined {
  return ADAPTERS.get(provider);
}
