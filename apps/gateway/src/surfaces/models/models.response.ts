import type { Model } from '@tokenbay/models';

/** A model as the OpenAI and Anthropic libraries both read it. */
export interface ModelResponse {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds. */
  readonly created: number;
  readonly owned_by: string;
  readonly type: 'model';
  readonly display_name: string;
  /** RFC 3339. */
  readonly created_at: string;
  readonly max_input_tokens: number | null;
  readonly max_tokens: number | null;
}

/** One page with every model. */
export interface ModelsResponse {
  readonly object: 'list';
  readonly data: readonly ModelResponse[];
  readonly has_more: false;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** A model as Google's library reads it. */
export interface GeminiModelResponse {
  readonly name: string;
  readonly displayName: string;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  readonly supportedGenerationMethods: readonly string[];
}

const TEXT_METHODS = ['generateContent', 'countTokens'];

export interface GeminiModelsResponse {
  readonly models: readonly GeminiModelResponse[];
}

export function toModel(model: Model): ModelResponse {
  return {
    id: model.name,
    object: 'model',
    created: Math.floor(model.createdAtMs / 1000),
    owned_by: 'tokenbay',
    type: 'model',
    display_name: model.displayName,
    created_at: new Date(model.createdAtMs).toISOString(),
    max_input_tokens: model.contextTokensMax,
    max_tokens: model.outputTokensMax,
  };
}

export function toModels(models: readonly Model[]): ModelsResponse {
  return {
    object: 'list',
    data: models.map(toModel),
    has_more: false,
    first_id: models[0]?.name ?? null,
    last_id: models.at(-1)?.name ?? null,
  };
}

export function toGeminiModel(model: Model): GeminiModelResponse {
  return {
    name: `models/${model.name}`,
    displayName: model.displayName,
    ...(model.contextTokensMax !== null && { inputTokenLimit: model.contextTokensMax }),
    ...(model.outputTokensMax !== null && { outputTokenLimit: model.outputTokensMax }),
    supportedGenerationMethods: model.capabilities.has('text') ? TEXT_METHODS : [],
  };
}

export function toGeminiModels(models: readonly Model[]): GeminiModelsResponse {
  return { models: models.map(toGeminiModel) };
}
