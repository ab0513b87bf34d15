import type { CanonicalCall } from '@tokenbay/protocol';
import { ANTHROPIC_ADAPTER } from './anthropic/index.js';
import { createAzureAdapter } from './azure-openai/index.js';
import { chooseOpenAiFormat } from './choose-openai-wire.js';
import { DASHSCOPE_ADAPTER } from './dashscope/index.js';
import { GEMINI_ADAPTER } from './gemini/index.js';
import { VEO_WIRE } from './gemini-veo/index.js';
import type { OpenAiDialect } from './openai/endpoint.js';
import { createOpenAiAdapter } from './openai/index.js';
import { RESPONSES_WIRE, STANDARD_TIER_RESPONSES_WIRE } from './openai-responses/index.js';
import { PRESETS } from './presets.js';
import type { ProviderAdapter } from './provider-adapter.js';
import type { TextWire } from './text-wire.js';
import { SEEDANCE_WIRE } from './volcengine/index.js';

/** Where OpenAI, and nearly everybody who speaks its format, has pictures and sound. */
const MEDIA_PATHS = {
  ...{ imageGenerations: '/images/generations', imageEdits: '/images/edits' },
  ...{ speech: '/audio/speech', transcriptions: '/audio/transcriptions', translations: '/audio/translations' },
};

/** Providers that speak OpenAI's format, each a row. */
export const OPENAI_DIALECTS: readonly OpenAiDialect[] = [
  {
    ...{ name: 'openai', outputLimitField: 'max_completion_tokens', knowsOpenAiFields: true },
    paths: { embeddings: '/embeddings', moderations: '/moderations', ...MEDIA_PATHS },
    ...{ hasVideos: true, hasTierOfProject: true },
  },
  {
    ...{ name: 'openai-compatible', outputLimitField: 'max_tokens', knowsOpenAiFields: false },
    paths: { embeddings: '/embeddings', moderations: '/moderations', rerank: '/rerank', ...MEDIA_PATHS },
    hasVideos: true,
  },
  ...PRESETS,
];

/** Gemini serves videos beside text. */
const GEMINI: ProviderAdapter = { ...GEMINI_ADAPTER, video: VEO_WIRE };

/** OpenAI's format at addresses of one's own. */
const AZURE_DIALECT: OpenAiDialect = {
  ...{ name: 'azure-openai', outputLimitField: 'max_completion_tokens', knowsOpenAiFields: true, storesNothing: true },
  paths: { embeddings: '/embeddings', ...MEDIA_PATHS },
};

const AZURE = createAzureAdapter(withOwnWires(createOpenAiAdapter(AZURE_DIALECT)));
const SPEAKERS = OPENAI_DIALECTS.map((dialect) => withOwnWires(createOpenAiAdapter(dialect)));
const ADAPTERS = new Map(
  [...SPEAKERS, AZURE, ANTHROPIC_ADAPTER, GEMINI, DASHSCOPE_ADAPTER].map((adapter) => [adapter.name, adapter]),
);

/** What three of them speak beside: OpenAI and Azure the Responses, Ark the tasks in which it makes videos. */
function withOwnWires(adapter: ProviderAdapter): ProviderAdapter {
  if (adapter.name === 'openai')
    return {
      ...{ ...adapter, wires: [...adapter.wires, STANDARD_TIER_RESPONSES_WIRE] },
      chooseWire: chooseAmong(adapter.wires),
    };
  // Not every deployment of Azure's has Responses: what need not be asked there is asked in chats.
  if (adapter.name === 'azure-openai') return { ...adapter, wires: [...adapter.wires, RESPONSES_WIRE] };
  return adapter.name === 'volcengine' ? { ...adapter, video: SEEDANCE_WIRE } : adapter;
}

function chooseAmong([chats]: readonly TextWire[]): (call: CanonicalCall) => TextWire {
  return (call) => (chats && chooseOpenAiFormat(call) === chats.format ? chats : STANDARD_TIER_RESPONSES_WIRE);
}

/**
 * The adapter of a provider by the name a channel carries, as it is below the channel's base URL where one is given; undefined where this
 * build has none.
 */
export function findAdapter(provider: string, baseUrl?: string): ProviderAdapter | undefined {
  const adapter = ADAPTERS.get(provider);
  return baseUrl === undefined ? adapter : (adapter?.at?.(baseUrl) ?? adapter);
}
