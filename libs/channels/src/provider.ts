/** What the house knows about a provider before it speaks to it. */
interface ProviderFacts {
  /** Where it is reached unless a channel says otherwise; absent where everybody has an address of their own. */
  readonly baseUrl?: string;
  /** Appended to a base URL that is a bare origin. */
  readonly versionPath: string;
  /** True where a base URL may end in `?api-version=…`; it must where it ends in `/deployments`. */
  readonly hasVersionQuery?: boolean;
}

/** A provider with an address, which ends in its version path. */
function at(baseUrl: string): ProviderFacts {
  return { baseUrl, versionPath: new URL(baseUrl).pathname.replace(/\/$/, '') };
}

/**
 * The providers that channels can have: those with an adapter, and only those. Of several regional addresses the international one; servers
 * that one runs oneself have the port that they listen on by default.
 */
const PROVIDERS = {
  openai: at('https://api.openai.com/v1'),
  'openai-compatible': { versionPath: '/v1' },
  anthropic: at('https://api.anthropic.com/v1'),
  'azure-openai': { versionPath: '/openai/v1', hasVersionQuery: true },
  baidu: at('https://qianfan.baidubce.com/v2'),
  cerebras: at('https://api.cerebras.ai/v1'),
  cohere: at('https://api.cohere.ai'),
  deepinfra: at('https://api.deepinfra.com/v1/openai'),
  deepseek: at('https://api.deepseek.com'),
  dashscope: at('https://dashscope-intl.aliyuncs.com/api/v1'),
  fireworks: at('https://api.fireworks.ai/inference/v1'),
  gemini: at('https://generativelanguage.googleapis.com/v1beta'),
  'github-models': at('https://models.github.ai/inference'),
  groq: at('https://api.groq.com/openai/v1'),
  huggingface: at('https://router.huggingface.co/v1'),
  hunyuan: at('https://api.hunyuan.cloud.tencent.com/v1'),
  jina: at('https://api.jina.ai/v1'),
  'llama-cpp': at('http://localhost:8080/v1'),
  'lm-studio': at('http://localhost:1234/v1'),
  minimax: at('https://api.minimax.io/v1'),
  mistral: at('https://api.mistral.ai/v1'),
  moonshot: at('https://api.moonshot.ai/v1'),
  novita: at('https://api.novita.ai/openai/v1'),
  nvidia: at('https://integrate.api.nvidia.com/v1'),
  ollama: at('http://localhost:11434/v1'),
  openrouter: at('https://openrouter.ai/api/v1'),
  perplexity: at('https://api.perplexity.ai'),
  qwen: at('https://dashscope-intl.aliyuncs.com/compatible-mode/v1'),
  sambanova: at('https://api.sambanova.ai/v1'),
  sglang: at('http://localhost:30000/v1'),
  siliconflow: at('https://api.siliconflow.com/v1'),
  stepfun: at('https://api.stepfun.ai/v1'),
  together: at('https://api.together.ai/v1'),
  vercel: at('https://ai-gateway.vercel.sh/v1'),
  vllm: at('http://localhost:8000/v1'),
  volcengine: at('https://ark.cn-beijing.volces.com/api/v3'),
  xai: at('https://api.x.ai/v1'),
  zai: at('https://api.z.ai/api/paas/v4'),
  zhipu: at('https://open.bigmodel.cn/api/paas/v4'),
} satisfies Record<string, ProviderFacts>;

/** A provider's name as administrators write it. */
export type Provider = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as Provider[];

/** What is known of one provider. */
export function factsOf(provider: Provider): ProviderFacts {
  return PROVIDERS[provider];
}
