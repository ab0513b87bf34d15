import type { Call } from './call.js';

/** Where a client of OpenAI's paths asks for what has a price of its own; of tools and tiers, by the beginning of the path. */
const FIELDS: Readonly<Record<string, string>> = {
  audioOutputPerMillion: 'modalities',
  imageOutputPerMillion: 'modalities',
  imageInputPerMillion: 'image',
  serviceTiers: 'service_tier',
  perToolCall: 'tools',
};

/** The field of a request that asks for what a model has no price for, which is a path into `prices`. */
export function pricedField(unsold: string, { body, hostedTools }: Pick<Call, 'body' | 'hostedTools'>): string {
  const [kind = ''] = unsold.split('.', 1);
  if (unsold === 'perToolCall.web_search' && hostedTools.length > 0 && (body['web_search_options'] ?? null) !== null)
    return 'web_search_options';
  return FIELDS[kind] ?? (body['messages'] === undefined ? 'input' : 'messages');
}
