import { DomainError } from '@tokenbay/errors';
import { askWithout } from '@tokenbay/protocol';
import type { Call } from './call.js';

/** Where a client of OpenAI's paths asks for what has a price of its own; of tools and tiers, by the beginning of the path. */
const FIELDS: Readonly<Record<string, string>> = {
  audioOutputPerMillion: 'modalities',
  imageOutputPerMillion: 'modalities',
  imageInputPerMillion: 'image',
  serviceTiers: 'service_tier',
  perToolCall: 'tools',
};
const TOOL_PRICE = 'perToolCall.';
/** A tool's name is the client's own. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Throws `invalid_request` naming what a model has no price for, which is a path into `prices`, and the field that asks for it. */
export function refuseUnsold(unsold: string, call: Pick<Call, 'body' | 'hostedTools'>): never {
  const param = pricedField(unsold, call);
  const message = unsold.startsWith(TOOL_PRICE)
    ? `${param}: this model has no price for ${describeTool(unsold.slice(TOOL_PRICE.length))}`
    : `This model has no price for ${unsold}, which the request asks for.`;
  throw new DomainError('invalid_request', unsold, { message, param });
}

function describeTool(name: string): string {
  return `the hosted tool ${TOOL_NAME.test(name) ? name : 'that it offers'}. ${askWithout(name)}`;
}

function pricedField(unsold: string, { body, hostedTools }: Pick<Call, 'body' | 'hostedTools'>): string {
  const [kind = ''] = unsold.split('.', 1);
  if (unsold === 'perToolCall.web_search' && hostedTools.length > 0 && (body['web_search_options'] ?? null) !== null)
    return 'web_search_options';
  return FIELDS[kind] ?? (body['messages'] === undefined ? 'input' : 'messages');
}
