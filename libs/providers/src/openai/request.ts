import type { ChatChanges, JsonObject } from '../provider.js';
import type { OpenAiDialect } from './endpoint.js';

/**
 * The client's body with the few changes that must be: the upstream's model name, no storing at the provider, usage reporting on
 * streams, and a lowered output limit. Fields we do not know are left as they are.
 */
export function toChatRequest(body: JsonObject, changes: ChatChanges, dialect: OpenAiDialect): JsonObject {
  const request: JsonObject = { ...body, model: changes.upstreamModel };
  if (dialect.knowsStore || 'store' in body) request['store'] = false;
  if (changes.isStream) {
    request['stream_options'] = { ...(body['stream_options'] as JsonObject | null | undefined), include_usage: true };
  }
  if (request['service_tier'] === 'auto') request['service_tier'] = 'default';
  if (changes.outputTokensMax !== undefined) request[limitField(body, dialect)] = changes.outputTokensMax;
  return request;
}

/** The client's own field where it sent one, so that it is never contradicted by a second one. */
function limitField(body: JsonObject, dialect: OpenAiDialect): string {
  if (typeof body['max_completion_tokens'] === 'number') return 'max_completion_tokens';
  if (typeof body['max_tokens'] === 'number') return 'max_tokens';
  return dialect.outputLimitField;
}
