import { effortsOfMistral } from './mistral-efforts.js';
import type { OpenAiDialect } from './openai/endpoint.js';

/** Knows nothing but what everybody knows. */
const PLAIN = { outputLimitField: 'max_tokens', knowsOneLimit: true, knowsOpenAiFields: false } as const;
/** Knows both fields of the limit, and prefers the newer one. */
const NEWER = { outputLimitField: 'max_completion_tokens', knowsOpenAiFields: false } as const;
const EMBEDS = { embeddings: '/embeddings' } as const;
/** Sound, at OpenAI's paths; not all of them translate. */
const SPEAKS = { speech: '/audio/speech' } as const;
const WRITES = { transcriptions: '/audio/transcriptions' } as const;
const TRANSLATES = { translations: '/audio/translations' } as const;
const DRAWS = { imageGenerations: '/images/generations' } as const;
const EMBEDS_AND_RANKS = { ...EMBEDS, rerank: '/rerank' } as const;

/** Codes of Zhipu's platforms, which are numbers. */
const ZHIPU_CODES: Readonly<Record<string, string>> = {
  ...{ 1000: 'invalid_api_key', 1001: 'invalid_api_key', 1002: 'invalid_api_key', 1003: 'invalid_api_key' },
  ...{
    1004: 'invalid_api_key',
    1110: 'account_deactivated',
    1112: 'account_deactivated',
    1113: 'insufficient_balance',
  },
  ...{ 1211: 'model_not_found', 1220: 'model_permission_denied', 1221: 'model_not_available' },
  ...{ 1222: 'model_not_available', 1261: 'context_length_exceeded', 1301: 'content_policy_violation' },
  ...{ 1302: 'rate_limit_exceeded', 1303: 'rate_limit_exceeded', 1305: 'overloaded', 1308: 'rate_limit_exceeded' },
};
const ZHIPU: Omit<OpenAiDialect, 'name' | 'paths'> = {
  ...PLAIN,
  ...{ reasoningField: 'reasoning_content', reasoningSwitch: 'thinking', errors: { codes: ZHIPU_CODES } },
};

/**
 * Providers that document OpenAI's format, and how each differs; their addresses are with the channels, the references in
 * `openai/README.md`. What is not listed is reached as `openai-compatible`.
 */
export const PRESETS: readonly OpenAiDialect[] = [
  { name: 'baidu', ...NEWER, paths: { ...EMBEDS_AND_RANKS, ...DRAWS }, hasNumbersOnly: true },
  { name: 'cerebras', ...NEWER, reasoningField: 'reasoning', paths: {} },
  {
    ...{ name: 'cohere', ...PLAIN },
    paths: {
      chat: '/compatibility/v1/chat/completions',
      embeddings: '/compatibility/v1/embeddings',
      rerank: '/v2/rerank',
    },
  },
  { name: 'deepinfra', ...PLAIN, paths: { ...EMBEDS, ...DRAWS, ...SPEAKS, ...WRITES, ...TRANSLATES } },
  { name: 'deepseek', ...PLAIN, reasoningField: 'reasoning_content', reasoningSwitch: 'thinking', paths: {} },
  {
    ...{ name: 'fireworks', ...PLAIN, knowsOneLimit: false, reasoningField: 'reasoning_content' },
    paths: EMBEDS,
  },
  { name: 'github-models', ...PLAIN, knowsOneLimit: false, paths: EMBEDS },
  { name: 'groq', ...NEWER, reasoningField: 'reasoning', paths: { ...SPEAKS, ...WRITES, ...TRANSLATES } },
  { name: 'huggingface', ...PLAIN, paths: {} },
  { name: 'hunyuan', ...PLAIN, paths: EMBEDS, hasNumbersOnly: true },
  { name: 'jina', ...PLAIN, paths: { chat: null, ...EMBEDS_AND_RANKS } },
  { name: 'llama-cpp', ...PLAIN, knowsOneLimit: false, paths: EMBEDS_AND_RANKS },
  { name: 'lm-studio', ...PLAIN, paths: EMBEDS, hasNumbersOnly: true },
  { name: 'minimax', ...NEWER, paths: {} },
  {
    ...{ name: 'mistral', ...PLAIN, refusesUnknownFields: true, hasNumbersOnly: true },
    ...{ seedField: 'random_seed', effortsOf: effortsOfMistral },
    paths: { embeddings: '/embeddings', moderations: '/moderations' },
  },
  { name: 'moonshot', ...NEWER, reasoningField: 'reasoning_content', paths: {} },
  { name: 'novita', ...PLAIN, paths: EMBEDS_AND_RANKS },
  { name: 'nvidia', ...PLAIN, paths: EMBEDS },
  { name: 'ollama', ...PLAIN, reasoningField: 'reasoning', paths: EMBEDS },
  {
    ...{
      name: 'openrouter',
      ...PLAIN,
      knowsOneLimit: false,
      reasoningField: 'reasoning',
      reasoningSwitch: 'reasoning',
    },
    paths: EMBEDS_AND_RANKS,
  },
  { name: 'perplexity', ...PLAIN, refusesUnknownFields: true, paths: {} },
  {
    ...{ name: 'qwen', ...PLAIN, reasoningSwitch: 'enable_thinking', paths: EMBEDS, hasNumbersOnly: true },
    // There it says that requests come too fast; "no credit" is `Arrearage`.
    errors: { codes: { insufficient_quota: 'rate_limit_exceeded' } },
  },
  { name: 'sambanova', ...PLAIN, knowsOneLimit: false, paths: EMBEDS },
  { name: 'sglang', ...PLAIN, knowsOneLimit: false, paths: EMBEDS },
  {
    name: 'siliconflow',
    ...PLAIN,
    paths: { ...EMBEDS_AND_RANKS, ...SPEAKS, ...WRITES },
    errors: { codes: { 30001: 'insufficient_balance' } },
  },
  { name: 'stepfun', ...PLAIN, paths: {} },
  // A context that is too long is refused with 403 there.
  {
    ...{ name: 'together', ...PLAIN, hasNumbersOnly: true, errors: { statuses: { 403: 400 } } },
    paths: { ...EMBEDS_AND_RANKS, ...DRAWS, ...SPEAKS, ...WRITES, ...TRANSLATES },
  },
  { name: 'vercel', ...PLAIN, knowsOneLimit: false, paths: EMBEDS },
  {
    ...{ name: 'vllm', ...PLAIN, knowsOneLimit: false, reasoningField: 'reasoning' },
    paths: { ...EMBEDS_AND_RANKS, ...WRITES, ...TRANSLATES },
  },
  {
    name: 'volcengine',
    ...PLAIN,
    knowsOneLimit: false,
    reasoningField: 'reasoning_content',
    reasoningSwitch: 'thinking',
    paths: { ...EMBEDS, ...DRAWS },
  },
  { name: 'xai', ...NEWER, paths: DRAWS },
  { name: 'zai', ...ZHIPU, paths: {} },
  { name: 'zhipu', ...ZHIPU, paths: { ...EMBEDS_AND_RANKS, ...DRAWS }, hasNumbersOnly: true },
];
