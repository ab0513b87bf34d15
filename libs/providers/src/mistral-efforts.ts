import type { ModelTraits } from './openai-models.js';

/** The efforts that Mistral's models know, by their names; none where a model reasons always (Magistral), never, or is not known. */
export function effortsOfMistral(upstreamModel: string): ModelTraits['efforts'] {
  const name = upstreamModel.toLowerCase();
  if (/^mistral-small-(?:latest|2603|4)/.test(name) || /^mistral-medium-3[-.]5/.test(name)) return ['none', 'high'];
  return /^mistral-large-4/.test(name) ? ['low', 'medium', 'high'] : [];
}
