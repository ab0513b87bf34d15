import type { ReasoningEffort } from '@tokenbay/protocol';

/** What a model accepts, so far as OpenAI's models differ. */
export interface ModelTraits {
  /** The efforts that it knows, least first; empty where it does not reason or nobody knows. */
  readonly efforts: readonly (ReasoningEffort | 'none')[];
  /** True for models that reason always: they take no sampling parameters and no stop sequences. */
  readonly isReasoning: boolean;
}

const PLAIN: ModelTraits = { efforts: [], isReasoning: false };
const O_SERIES: ModelTraits = { efforts: ['low', 'medium', 'high'], isReasoning: true };
const GPT_OSS: ModelTraits = { efforts: ['low', 'medium', 'high'], isReasoning: false };
const GPT_5: ModelTraits = { efforts: ['minimal', 'low', 'medium', 'high'], isReasoning: true };
const GPT_5_1: ModelTraits = { efforts: ['none', 'low', 'medium', 'high'], isReasoning: true };
const NEWEST: ModelTraits = { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], isReasoning: true };

/** Reads a model's traits from its name at the provider, before which a vendor may stand (`openai/gpt-5`). */
export function traitsOf(upstreamModel: string): ModelTraits {
  const name = upstreamModel.slice(upstreamModel.lastIndexOf('/') + 1).toLowerCase();
  if (name.startsWith('gpt-oss')) return GPT_OSS;
  if (/^o[1-9](?:-|$)/.test(name)) return O_SERIES;
  const [, major, minor = '0'] = /^gpt-(\d+)(?:\.(\d+))?(?:-|$)/.exec(name) ?? [];
  if (major === undefined || Number(major) < 5 || /-chat(?:-|$)/.test(name)) return PLAIN;
  if (Number(major) === 5 && minor === '0') return GPT_5;
  return Number(major) === 5 && minor === '1' && !name.includes('codex-max') ? GPT_5_1 : NEWEST;
}
