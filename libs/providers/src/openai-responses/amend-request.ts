import { readSeal } from '@tokenbay/protocol';
import { traitsOf } from '../openai-models.js';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';

/** What lets reasoning go on in the next turn where nothing is stored. Models without reasoning refuse it. */
export const SEALED_REASONING = 'reasoning.encrypted_content';

/**
 * The client's body with the few changes that must be: the upstream's model, nothing stored there, a lowered output limit, no tier but the
 * standard one where the client left the choice to the provider, reasoning sealed for the next turn, without what the client tells of
 * itself, and without reasoning that this provider did not seal, which it would look for in its store. All else stays.
 */
export function amendRequest(body: JsonObject, terms: WriteTerms): JsonObject {
  const { upstreamModel, outputTokensMax, dropped } = terms;
  const request: JsonObject = { ...body, model: upstreamModel, store: false };
  if (outputTokensMax !== undefined) request['max_output_tokens'] = outputTokensMax;
  if (request['service_tier'] === 'auto') request['service_tier'] = 'default';
  if (body['store'] !== false && traitsOf(upstreamModel).isReasoning) request['include'] = withSeals(body['include']);
  // What an agent tells of itself and its machine: the documented interface has no such field, and refuses it.
  dropped.dropIfSet('client_metadata', request['client_metadata']);
  delete request['client_metadata'];
  const { input } = body;
  if (Array.isArray(input) && input.some(isForeignReasoning)) {
    dropped.drop('input.reasoning');
    request['input'] = input.filter((item) => !isForeignReasoning(item as JsonObject));
  }
  return request;
}

/** A client that trusts the provider to remember sends its reasoning back by its id alone, unless it is given the reasoning itself. */
function withSeals(include: unknown): unknown {
  if (include === undefined || include === null) return [SEALED_REASONING];
  if (!Array.isArray(include) || include.includes(SEALED_REASONING)) return include;
  return [...(include as unknown[]), SEALED_REASONING];
}

/** Reasoning of another model came to the client marked with its maker, or unsealed. */
function isForeignReasoning({ type, encrypted_content: carried }: JsonObject): boolean {
  return type === 'reasoning' && readSeal(carried, 'openai-responses')?.format !== 'openai-responses';
}
